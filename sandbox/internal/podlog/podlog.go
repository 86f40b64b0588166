// Package podlog makes up what the containers of a pod have logged. It is pure: the same container always logs the same.
package podlog

import (
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"trueup.dev/sandbox/internal/podstatus"
)

// Annotation on a pod holds what its containers log, instead of what they would otherwise.
const Annotation = "sandbox.trueup.dev/logs"

// Line is one line of a log.
type Line struct {
	Time time.Time
	Text string
}

// Of is the log of one run of a container: the current or last one, or with previous the one before that. Its errors are
// worded as the kubelet's (pkg/kubelet/kubelet_pods.go, validateContainerLogStatus, in Kubernetes 1.36).
func Of(pod *corev1.Pod, container string, previous bool) ([]Line, error) {
	status := statusOf(pod, container)
	if status == nil {
		return nil, fmt.Errorf("container %q in pod %q is not available", container, pod.Name)
	}
	begin, err := runOf(pod.Name, status, previous)
	if err != nil {
		return nil, err
	}
	var lines []Line
	for i, text := range texts(pod, container) {
		lines = append(lines, Line{begin.Add(time.Duration(i) * 10 * time.Millisecond), text})
	}
	return lines, nil
}

// IsOver says whether the container logs no more, or not until it's restarted.
func IsOver(pod *corev1.Pod, container string) bool {
	status := statusOf(pod, container)
	return status == nil || status.State.Running == nil
}

// runOf tells when the run began whose log is asked for.
func runOf(pod string, status *corev1.ContainerStatus, previous bool) (time.Time, error) {
	state, last := status.State, status.LastTerminationState.Terminated
	switch {
	case previous && last == nil:
		return time.Time{}, fmt.Errorf("previous terminated container %q in pod %q not found", status.Name, pod)
	case previous:
		return last.StartedAt.Time, nil
	case state.Running != nil:
		return state.Running.StartedAt.Time, nil
	case state.Terminated != nil:
		return state.Terminated.StartedAt.Time, nil
	case last != nil:
		return last.StartedAt.Time, nil
	case state.Waiting != nil:
		return time.Time{}, fmt.Errorf("container %q in pod %q is waiting to start: %s", status.Name, pod, whyWaiting(state.Waiting.Reason))
	}
	return time.Time{}, fmt.Errorf("container %q in pod %q is waiting to start - no logs yet", status.Name, pod)
}

func whyWaiting(reason string) string {
	switch reason {
	case "ErrImagePull":
		return "image can't be pulled"
	case "ImagePullBackOff":
		return "trying and failing to pull image"
	}
	return reason
}

func statusOf(pod *corev1.Pod, container string) *corev1.ContainerStatus {
	for _, statuses := range [][]corev1.ContainerStatus{pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses} {
		for i := range statuses {
			if statuses[i].Name == container {
				return &statuses[i]
			}
		}
	}
	return nil
}

func texts(pod *corev1.Pod, container string) []string {
	if given, found := pod.Annotations[Annotation]; found {
		return strings.Split(strings.TrimRight(given, "\n"), "\n")
	}
	starting := "starting " + container
	switch podstatus.BehaviourOf(pod, container) {
	case podstatus.CrashLoop:
		return []string{
			starting,
			"connecting to the database at 10.0.0.7:5432",
			"panic: dial tcp 10.0.0.7:5432: connect: connection refused",
		}
	case podstatus.NeverReady:
		return []string{starting, "listening on :8080", "GET /healthz 503: the cache isn't filled yet"}
	case podstatus.JobFail:
		return []string{
			starting,
			"applying migration 0042_add_customer",
			`error: migration 0042_add_customer: relation "orders" does not exist`,
		}
	}
	if isMadeToEnd(pod, container) {
		return []string{starting, "working", "done"}
	}
	return []string{starting, "listening on :8080", "ready"}
}

// isMadeToEnd says whether the container does some work instead of serving.
func isMadeToEnd(pod *corev1.Pod, name string) bool {
	for _, container := range pod.Spec.InitContainers {
		if container.Name == name {
			return container.RestartPolicy == nil
		}
	}
	return pod.Spec.RestartPolicy != corev1.RestartPolicyAlways
}
