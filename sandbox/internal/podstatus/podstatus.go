// Package podstatus computes what a kubelet reports about a pod: its status and events, from the pod, a step and the time.
// It is pure; kwok decides when a step is due (../kubelet/stages.yaml) and writes the result.
package podstatus

import (
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Step is something that happens to all containers of a pod that it applies to.
type Step string

// The steps, named by what happens.
const (
	// Start: the pod has come to its node.
	Start Step = "start"
	// Create: a container that was being created is there.
	Create Step = "create"
	// StopPulling: after the first failure to pull an image the kubelet waits longer between attempts.
	StopPulling Step = "stop-pulling"
	// BackOff: a container that ended badly waits to be restarted.
	BackOff Step = "back-off"
	// Restart: a container that waited to be restarted runs again.
	Restart Step = "restart"
	// Complete: a container that's made to end does.
	Complete Step = "complete"
)

// HostAddress is the address of every node.
const HostAddress = "127.0.0.1"

// Event is what the kubelet says about a container.
type Event struct {
	Type      string
	Reason    string
	Message   string
	FieldPath string
}

// change is the work on one pod's next status.
type change struct {
	pod    *corev1.Pod
	now    metav1.Time
	status *corev1.PodStatus
	events []Event
}

// Next returns the pod's status after a step, and what happened. podIP is used when the pod starts.
func Next(step Step, pod *corev1.Pod, podIP string, at time.Time) (*corev1.PodStatus, []Event, error) {
	change := &change{pod: pod, now: metav1.NewTime(at), status: pod.Status.DeepCopy()}
	switch step {
	case Start:
		change.start(podIP)
	case Create:
		change.each(change.create)
	case StopPulling:
		change.each(change.stopPulling)
	case BackOff:
		change.each(change.backOff)
	case Restart:
		change.each(change.restart)
	case Complete:
		change.complete()
	default:
		return nil, nil, fmt.Errorf("unknown step %q of pod %s/%s", step, pod.Namespace, pod.Name)
	}
	change.settle()
	change.summarize()
	return change.status, change.events, nil
}

// start gives the pod its addresses and puts all containers in a row, none of them started.
func (c *change) start(podIP string) {
	c.status.HostIP = HostAddress
	c.status.HostIPs = []corev1.HostIP{{IP: HostAddress}}
	c.status.PodIP = podIP
	c.status.PodIPs = []corev1.PodIP{{IP: podIP}}
	c.status.StartTime = &c.now
	c.status.InitContainerStatuses = unstarted(c.pod.Spec.InitContainers)
	c.status.ContainerStatuses = unstarted(c.pod.Spec.Containers)
}

// each applies a function to every container.
func (c *change) each(apply func(corev1.Container, *corev1.ContainerStatus)) {
	for i := range c.status.InitContainerStatuses {
		apply(c.pod.Spec.InitContainers[i], &c.status.InitContainerStatuses[i])
	}
	for i := range c.status.ContainerStatuses {
		apply(c.pod.Spec.Containers[i], &c.status.ContainerStatuses[i])
	}
}

// settle starts each container that can: an init container once those before it are done, the others once all are.
func (c *change) settle() {
	for i := range c.status.InitContainerStatuses {
		status := &c.status.InitContainerStatuses[i]
		if isUnstarted(status) {
			c.startContainer(c.pod.Spec.InitContainers[i], status)
		}
		if !isInitialized(c.pod.Spec.InitContainers[i], status) {
			return
		}
	}
	for i := range c.status.ContainerStatuses {
		if status := &c.status.ContainerStatuses[i]; isUnstarted(status) {
			c.startContainer(c.pod.Spec.Containers[i], status)
		}
	}
}

// complete ends the containers that are made to end, and then the sidecars.
func (c *change) complete() {
	for i := range c.status.ContainerStatuses {
		c.completeContainer(c.pod.Spec.Containers[i], &c.status.ContainerStatuses[i])
	}
	for i := range c.status.ContainerStatuses {
		if c.status.ContainerStatuses[i].State.Terminated == nil {
			return
		}
	}
	for i := range c.status.InitContainerStatuses {
		if status := &c.status.InitContainerStatuses[i]; status.State.Running != nil {
			c.end(status, 0)
		}
	}
}

// isSidecar says whether an init container runs beside the others instead of before them.
func (c *change) isSidecar(name string) bool {
	for _, container := range c.pod.Spec.InitContainers {
		if container.Name == name {
			return restartsAlways(container)
		}
	}
	return false
}

func (c *change) isInit(name string) bool {
	for _, container := range c.pod.Spec.InitContainers {
		if container.Name == name {
			return true
		}
	}
	return false
}

func restartsAlways(container corev1.Container) bool {
	return container.RestartPolicy != nil && *container.RestartPolicy == corev1.ContainerRestartPolicyAlways
}
