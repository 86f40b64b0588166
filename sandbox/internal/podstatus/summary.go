package podstatus

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
)

// summarize derives the pod's phase and conditions from its containers, by the rules of pkg/kubelet/kubelet_pods.go
// (getPhase) and pkg/kubelet/status/generate.go in Kubernetes 1.36.
func (c *change) summarize() {
	c.status.ObservedGeneration = c.pod.Generation
	c.status.Phase = c.phase()
	unready, incomplete := c.unready(), c.incomplete()
	terminal := map[corev1.PodPhase]string{corev1.PodSucceeded: "PodCompleted", corev1.PodFailed: "PodFailed"}[c.status.Phase]
	switch {
	case terminal != "":
		c.condition(corev1.PodReadyToStartContainers, false, "", "")
		c.condition(corev1.PodInitialized, len(incomplete) == 0, terminal, "")
		c.condition(corev1.ContainersReady, false, terminal, "")
		c.condition(corev1.PodReady, false, terminal, "")
		return
	case len(incomplete) > 0:
		c.condition(corev1.PodInitialized, false, "ContainersNotInitialized", fmt.Sprintf("containers with incomplete status: %s", incomplete))
	default:
		c.condition(corev1.PodInitialized, true, "", "")
	}
	c.condition(corev1.PodReadyToStartContainers, true, "", "")
	for _, kind := range []corev1.PodConditionType{corev1.ContainersReady, corev1.PodReady} {
		if len(unready) > 0 {
			c.condition(kind, false, "ContainersNotReady", fmt.Sprintf("containers with unready status: %s", unready))
		} else {
			c.condition(kind, true, "", "")
		}
	}
	c.openGates()
}

// openGates lets readiness gates pass that nobody has decided about: no controller that would is running here.
func (c *change) openGates() {
	for _, gate := range c.pod.Spec.ReadinessGates {
		if c.findCondition(gate.ConditionType) == nil {
			c.condition(gate.ConditionType, true, "", "")
		}
	}
}

func (c *change) phase() corev1.PodPhase {
	if len(c.incomplete()) > 0 {
		if c.pod.Spec.RestartPolicy == corev1.RestartPolicyNever && c.anyInitFailed() {
			return corev1.PodFailed
		}
		return corev1.PodPending
	}
	waiting, running, stopped, succeeded := 0, 0, 0, 0
	for _, status := range c.status.ContainerStatuses {
		switch {
		case status.State.Running != nil:
			running++
		case status.State.Terminated != nil && status.State.Terminated.ExitCode == 0:
			succeeded++
			stopped++
		case status.State.Terminated != nil, status.LastTerminationState.Terminated != nil:
			stopped++
		default:
			waiting++
		}
	}
	policy := c.pod.Spec.RestartPolicy
	switch {
	case waiting > 0:
		return corev1.PodPending
	case running > 0, policy == corev1.RestartPolicyAlways, policy == "":
		return corev1.PodRunning
	case stopped == succeeded:
		return corev1.PodSucceeded
	case policy == corev1.RestartPolicyNever:
		return corev1.PodFailed
	}
	return corev1.PodRunning
}

func (c *change) anyInitFailed() bool {
	for _, status := range c.status.InitContainerStatuses {
		if status.State.Terminated != nil && status.State.Terminated.ExitCode != 0 {
			return true
		}
	}
	return false
}

// incomplete names the init containers that hold the others up. Sidecars don't any more once the pod has run.
func (c *change) incomplete() []string {
	var names []string
	for i := range c.status.InitContainerStatuses {
		container, status := c.pod.Spec.InitContainers[i], &c.status.InitContainerStatuses[i]
		if !isInitialized(container, status) && !(restartsAlways(container) && status.State.Terminated != nil) {
			names = append(names, container.Name)
		}
	}
	return names
}

func (c *change) unready() []string {
	var names []string
	for i, status := range c.status.InitContainerStatuses {
		if restartsAlways(c.pod.Spec.InitContainers[i]) && !status.Ready {
			names = append(names, status.Name)
		}
	}
	for _, status := range c.status.ContainerStatuses {
		if !status.Ready {
			names = append(names, status.Name)
		}
	}
	return names
}

// condition sets one condition; its transition time changes only with its status.
func (c *change) condition(kind corev1.PodConditionType, holds bool, reason, message string) {
	status := corev1.ConditionFalse
	if holds {
		status = corev1.ConditionTrue
	}
	found := c.findCondition(kind)
	if found == nil {
		c.status.Conditions = append(c.status.Conditions, corev1.PodCondition{Type: kind})
		found = &c.status.Conditions[len(c.status.Conditions)-1]
	}
	if found.Status != status {
		found.Status, found.LastTransitionTime = status, c.now
	}
	found.Reason, found.Message, found.ObservedGeneration = reason, message, c.pod.Generation
}

func (c *change) findCondition(kind corev1.PodConditionType) *corev1.PodCondition {
	for i := range c.status.Conditions {
		if c.status.Conditions[i].Type == kind {
			return &c.status.Conditions[i]
		}
	}
	return nil
}
