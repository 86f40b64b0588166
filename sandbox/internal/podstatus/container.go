package podstatus

import (
	"crypto/sha256"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// Reasons of a waiting or terminated container, as a kubelet writes them.
const (
	podInitializing  = "PodInitializing"
	creating         = "ContainerCreating"
	errImagePull     = "ErrImagePull"
	imagePullBackOff = "ImagePullBackOff"
	crashLoopBackOff = "CrashLoopBackOff"
	configError      = "CreateContainerConfigError"
	completed        = "Completed"
	failed           = "Error"
)

// Exit codes of containers that end badly.
const (
	crashExitCode   = 1
	jobFailExitCode = 3
)

func unstarted(containers []corev1.Container) []corev1.ContainerStatus {
	var statuses []corev1.ContainerStatus
	for _, container := range containers {
		no := false
		statuses = append(statuses, corev1.ContainerStatus{
			Name:    container.Name,
			Image:   container.Image,
			Started: &no,
			State:   waiting(podInitializing, ""),
		})
	}
	return statuses
}

func isUnstarted(status *corev1.ContainerStatus) bool {
	return status.State.Waiting != nil && status.State.Waiting.Reason == podInitializing
}

// isInitialized says whether an init container no longer holds up those after it.
func isInitialized(container corev1.Container, status *corev1.ContainerStatus) bool {
	if restartsAlways(container) {
		return status.State.Running != nil
	}
	return status.State.Terminated != nil && status.State.Terminated.ExitCode == 0
}

// startContainer is a container's first moment.
func (c *change) startContainer(container corev1.Container, status *corev1.ContainerStatus) {
	switch BehaviourOf(c.pod, container.Name) {
	case ImageMissing:
		c.failToPull(container, status)
	case BadConfig:
		message := fmt.Sprintf("configmap %q not found", missingConfigMap(container))
		status.State = waiting(configError, message)
		c.say(container, corev1.EventTypeWarning, "Failed", "Error: "+message)
	case Slow:
		status.State = waiting(creating, "")
	case CrashLoop:
		c.run(status)
		c.end(status, crashExitCode)
	case NeverReady:
		c.run(status)
		status.Ready = false
		c.say(container, corev1.EventTypeWarning, "Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 503")
	default:
		c.runWell(container, status)
	}
}

// runWell runs a container that has nothing wrong with it; an init container is done at once.
func (c *change) runWell(container corev1.Container, status *corev1.ContainerStatus) {
	c.run(status)
	if c.isInit(container.Name) && !c.isSidecar(container.Name) {
		c.end(status, 0)
		status.Ready = true
	}
}

func (c *change) create(container corev1.Container, status *corev1.ContainerStatus) {
	if isWaitingFor(status, creating) {
		c.runWell(container, status)
	}
}

func (c *change) failToPull(container corev1.Container, status *corev1.ContainerStatus) {
	message := pullError(container.Image)
	status.State = waiting(errImagePull, message)
	c.say(container, corev1.EventTypeNormal, "Pulling", fmt.Sprintf("Pulling image %q", container.Image))
	c.say(container, corev1.EventTypeWarning, "Failed", fmt.Sprintf("Failed to pull image %q: %s", container.Image, message))
	c.say(container, corev1.EventTypeWarning, "Failed", "Error: "+errImagePull)
}

func (c *change) stopPulling(container corev1.Container, status *corev1.ContainerStatus) {
	if !isWaitingFor(status, errImagePull) {
		return
	}
	backOff := fmt.Sprintf("Back-off pulling image %q", container.Image)
	status.State = waiting(imagePullBackOff, fmt.Sprintf("%s: %s: %s", backOff, errImagePull, pullError(container.Image)))
	c.say(container, corev1.EventTypeNormal, "BackOff", backOff)
	c.say(container, corev1.EventTypeWarning, "Failed", "Error: "+imagePullBackOff)
}

// backOff takes a container that ended badly, or runs only to crash again, to where it waits for its next restart.
func (c *change) backOff(container corev1.Container, status *corev1.ContainerStatus) {
	if status.State.Running != nil && status.RestartCount > 0 {
		c.end(status, c.exitCode(container.Name))
	}
	if status.State.Terminated == nil || status.State.Terminated.ExitCode == 0 {
		return
	}
	status.LastTerminationState = status.State
	status.RestartCount = max(status.RestartCount, 1)
	status.State = waiting(crashLoopBackOff, fmt.Sprintf("back-off %s restarting failed container=%s pod=%s",
		backOffTime(status.RestartCount), container.Name, c.podName()))
	c.say(container, corev1.EventTypeWarning, "BackOff",
		fmt.Sprintf("Back-off restarting failed container %s in pod %s", container.Name, c.podName()))
}

// restart lets a container run again, for a moment: what crashed crashes again.
func (c *change) restart(_ corev1.Container, status *corev1.ContainerStatus) {
	if isWaitingFor(status, crashLoopBackOff) {
		status.RestartCount++
		c.run(status)
		status.Ready = false
	}
}

func (c *change) completeContainer(container corev1.Container, status *corev1.ContainerStatus) {
	if status.State.Running == nil || status.RestartCount > 0 {
		return
	}
	switch BehaviourOf(c.pod, container.Name) {
	case NeverReady:
	case JobFail:
		c.end(status, jobFailExitCode)
	default:
		c.end(status, 0)
	}
}

// run puts a container into a state as if it had just started and were ready.
func (c *change) run(status *corev1.ContainerStatus) {
	yes := true
	status.Started, status.Ready = &yes, true
	status.ImageID = imageID(status.Image)
	status.ContainerID = c.containerID(status)
	status.State = corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: c.now}}
}

// end stops a running container.
func (c *change) end(status *corev1.ContainerStatus, exitCode int32) {
	no, reason := false, completed
	if exitCode != 0 {
		reason = failed
	}
	status.Started, status.Ready = &no, false
	status.State = corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{
		ExitCode:    exitCode,
		Reason:      reason,
		StartedAt:   status.State.Running.StartedAt,
		FinishedAt:  c.now,
		ContainerID: status.ContainerID,
	}}
}

func (c *change) exitCode(name string) int32 {
	if BehaviourOf(c.pod, name) == JobFail {
		return jobFailExitCode
	}
	return crashExitCode
}

func (c *change) say(container corev1.Container, kind, reason, message string) {
	list := "containers"
	if c.isInit(container.Name) {
		list = "initContainers"
	}
	c.events = append(c.events, Event{kind, reason, message, fmt.Sprintf("spec.%s{%s}", list, container.Name)})
}

// podName is how the kubelet names a pod in messages.
func (c *change) podName() string {
	return fmt.Sprintf("%s_%s(%s)", c.pod.Name, c.pod.Namespace, c.pod.UID)
}

func (c *change) containerID(status *corev1.ContainerStatus) string {
	seed := fmt.Sprintf("%s/%s/%d", c.pod.UID, status.Name, status.RestartCount)
	return fmt.Sprintf("containerd://%x", sha256.Sum256([]byte(seed)))
}

func waiting(reason, message string) corev1.ContainerState {
	return corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reason, Message: message}}
}

func isWaitingFor(status *corev1.ContainerStatus, reason string) bool {
	return status.State.Waiting != nil && status.State.Waiting.Reason == reason
}

func imageID(image string) string {
	return fmt.Sprintf("%s@sha256:%x", image, sha256.Sum256([]byte(image)))
}

// pullError is containerd's message for an image that its registry doesn't have.
func pullError(image string) string {
	return fmt.Sprintf("rpc error: code = NotFound desc = failed to pull and unpack image %q: failed to resolve reference %q: %s: not found",
		image, image, image)
}

// backOffTime doubles from ten seconds to five minutes, as the kubelet's.
func backOffTime(restarts int32) time.Duration {
	const first, longest = 10 * time.Second, 5 * time.Minute
	if restarts > 5 {
		return longest
	}
	return min(first<<(restarts-1), longest)
}

// missingConfigMap is the first ConfigMap that the container's environment comes from.
func missingConfigMap(container corev1.Container) string {
	for _, source := range container.EnvFrom {
		if source.ConfigMapRef != nil {
			return source.ConfigMapRef.Name
		}
	}
	for _, variable := range container.Env {
		if variable.ValueFrom != nil && variable.ValueFrom.ConfigMapKeyRef != nil {
			return variable.ValueFrom.ConfigMapKeyRef.Name
		}
	}
	return container.Name + "-config"
}
