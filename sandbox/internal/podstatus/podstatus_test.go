package podstatus

import (
	"fmt"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func newPod(policy corev1.RestartPolicy, images ...string) *corev1.Pod {
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "web-1", Namespace: "shop", UID: "u1", Generation: 1},
		Spec:       corev1.PodSpec{RestartPolicy: policy},
	}
	for i, image := range images {
		pod.Spec.Containers = append(pod.Spec.Containers, corev1.Container{Name: fmt.Sprintf("c%d", i), Image: image})
	}
	return pod
}

func withInit(pod *corev1.Pod, images ...string) *corev1.Pod {
	for i, image := range images {
		pod.Spec.InitContainers = append(pod.Spec.InitContainers, corev1.Container{Name: fmt.Sprintf("i%d", i), Image: image})
	}
	return pod
}

// play takes the steps one second apart, and leaves the last status in the pod.
func play(t *testing.T, pod *corev1.Pod, steps ...Step) []Event {
	t.Helper()
	var events []Event
	for i, step := range steps {
		status, said, err := Next(step, pod, "10.0.0.1", start.Add(time.Duration(i)*time.Second))
		if err != nil {
			t.Fatal(err)
		}
		pod.Status = *status
		events = append(events, said...)
	}
	return events
}

// describe is a status in one line: phase, then each container's state.
func describe(status corev1.PodStatus) string {
	words := []string{string(status.Phase)}
	for _, container := range append(status.InitContainerStatuses, status.ContainerStatuses...) {
		state := "unready"
		switch {
		case container.State.Waiting != nil:
			state = container.State.Waiting.Reason
		case container.State.Terminated != nil:
			state = fmt.Sprintf("%s(%d)", container.State.Terminated.Reason, container.State.Terminated.ExitCode)
		case container.Ready:
			state = "ready"
		}
		words = append(words, fmt.Sprintf("%s=%s/%d", container.Name, state, container.RestartCount))
	}
	return strings.Join(words, " ")
}

func TestStepsLeadToTheStatusOfEachBehaviour(t *testing.T) {
	const always, never, onFailure = corev1.RestartPolicyAlways, corev1.RestartPolicyNever, corev1.RestartPolicyOnFailure
	for _, test := range []struct {
		name  string
		pod   *corev1.Pod
		steps []Step
		want  string
	}{
		{"normal", newPod(always, "app:1"), []Step{Start}, "Running c0=ready/0"},
		{"registry with a port", newPod(always, "registry:5000/app"), []Step{Start}, "Running c0=ready/0"},
		{"by digest", newPod(always, "app:crash@sha256:00"), []Step{Start}, "Running c0=Error(1)/0"},
		{"image missing", newPod(always, "app:missing"), []Step{Start}, "Pending c0=ErrImagePull/0"},
		{"image missing later", newPod(always, "app:missing"), []Step{Start, StopPulling}, "Pending c0=ImagePullBackOff/0"},
		{"bad configuration", newPod(always, "app:bad-config"), []Step{Start}, "Pending c0=CreateContainerConfigError/0"},
		{"never ready", newPod(always, "app:never-ready"), []Step{Start}, "Running c0=unready/0"},
		{"never ready in a Job", newPod(never, "app:never-ready"), []Step{Start, Complete}, "Running c0=unready/0"},
		{"slow", newPod(always, "app:slow"), []Step{Start}, "Pending c0=ContainerCreating/0"},
		{"slow later", newPod(always, "app:slow"), []Step{Start, Create}, "Running c0=ready/0"},
		{"crash", newPod(always, "app:crash"), []Step{Start}, "Running c0=Error(1)/0"},
		{"crash, waiting", newPod(always, "app:crash"), []Step{Start, BackOff}, "Running c0=CrashLoopBackOff/1"},
		{"crash, again", newPod(always, "app:crash"), []Step{Start, BackOff, Restart}, "Running c0=unready/2"},
		{"crash, waiting again", newPod(always, "app:crash"), []Step{Start, BackOff, Restart, BackOff}, "Running c0=CrashLoopBackOff/2"},
		{"crash in a Job", newPod(never, "app:crash"), []Step{Start}, "Failed c0=Error(1)/0"},
		{"crash beside a normal one", newPod(always, "app:1", "app:crash"), []Step{Start, BackOff}, "Running c0=ready/0 c1=CrashLoopBackOff/1"},
		{"missing beside a crash", newPod(always, "app:missing", "app:crash"), []Step{Start, BackOff}, "Pending c0=ErrImagePull/0 c1=CrashLoopBackOff/1"},
		{"Job", newPod(never, "app:1"), []Step{Start, Complete}, "Succeeded c0=Completed(0)/0"},
		{"Job that fails", newPod(never, "app:job-fail"), []Step{Start, Complete}, "Failed c0=Error(3)/0"},
		{"Job that fails and tries again", newPod(onFailure, "app:job-fail"), []Step{Start, Complete}, "Running c0=Error(3)/0"},
		{"Job that fails again", newPod(onFailure, "app:job-fail"), []Step{Start, Complete, BackOff, Restart, BackOff}, "Running c0=CrashLoopBackOff/2"},
		{"init containers", withInit(newPod(always, "app:1"), "a:1", "b:1"), []Step{Start}, "Running i0=Completed(0)/0 i1=Completed(0)/0 c0=ready/0"},
		{"init crash", withInit(newPod(always, "app:init-crash"), "a:1", "b:1"), []Step{Start, BackOff}, "Pending i0=CrashLoopBackOff/1 i1=PodInitializing/0 c0=PodInitializing/0"},
		{"init crash without init containers", newPod(always, "app:init-crash"), []Step{Start}, "Running c0=ready/0"},
		{"init crash in a Job", withInit(newPod(never, "app:init-crash"), "a:1"), []Step{Start}, "Failed i0=Error(1)/0 c0=PodInitializing/0"},
		{"second init container crashes", withInit(newPod(always, "app:1"), "a:1", "b:crash"), []Step{Start, BackOff}, "Pending i0=Completed(0)/0 i1=CrashLoopBackOff/1 c0=PodInitializing/0"},
		{"slow init container", withInit(newPod(always, "app:1"), "a:slow"), []Step{Start}, "Pending i0=ContainerCreating/0 c0=PodInitializing/0"},
		{"slow init container later", withInit(newPod(always, "app:1"), "a:slow"), []Step{Start, Create}, "Running i0=Completed(0)/0 c0=ready/0"},
	} {
		t.Run(test.name, func(t *testing.T) {
			play(t, test.pod, test.steps...)
			if got := describe(test.pod.Status); got != test.want {
				t.Errorf("status is %q; want %q", got, test.want)
			}
		})
	}
}

func TestTheLabelIsAboutAllContainersButNotInitContainers(t *testing.T) {
	pod := withInit(newPod(corev1.RestartPolicyAlways, "app:1", "app:never-ready"), "a:1")
	pod.Labels = map[string]string{Label: "crash-loop"}
	play(t, pod, Start)
	if got, want := describe(pod.Status), "Running i0=Completed(0)/0 c0=Error(1)/0 c1=Error(1)/0"; got != want {
		t.Errorf("status is %q; want %q", got, want)
	}
}

func TestSidecarsRunBesideTheOthersAndEndAfterThem(t *testing.T) {
	pod := withInit(newPod(corev1.RestartPolicyNever, "app:1"), "proxy:1")
	always := corev1.ContainerRestartPolicyAlways
	pod.Spec.InitContainers[0].RestartPolicy = &always
	play(t, pod, Start)
	if got, want := describe(pod.Status), "Running i0=ready/0 c0=ready/0"; got != want {
		t.Errorf("at first, status is %q; want %q", got, want)
	}
	play(t, pod, Complete)
	if got, want := describe(pod.Status), "Succeeded i0=Completed(0)/0 c0=Completed(0)/0"; got != want {
		t.Errorf("in the end, status is %q; want %q", got, want)
	}
}

func TestACrashLoopSaysWhatAKubeletSays(t *testing.T) {
	pod := newPod(corev1.RestartPolicyAlways, "app:crash")
	events := play(t, pod, Start, BackOff, Restart, BackOff)
	container := pod.Status.ContainerStatuses[0]
	if got, want := container.State.Waiting.Message, "back-off 20s restarting failed container=c0 pod=web-1_shop(u1)"; got != want {
		t.Errorf("message is %q; want %q", got, want)
	}
	last := container.LastTerminationState.Terminated
	if last == nil || last.ExitCode != 1 || last.Reason != "Error" || !last.StartedAt.Time.Equal(start.Add(2*time.Second)) {
		t.Errorf("last state is %+v; want one with exit code 1 that started at the restart", last)
	}
	want := Event{"Warning", "BackOff", "Back-off restarting failed container c0 in pod web-1_shop(u1)", "spec.containers{c0}"}
	if len(events) != 2 || events[0] != want || events[1] != want {
		t.Errorf("events are %+v; want twice %+v", events, want)
	}
}

func TestBadConfigurationNamesTheConfigMapInUse(t *testing.T) {
	pod := newPod(corev1.RestartPolicyAlways, "app:bad-config")
	pod.Spec.Containers[0].EnvFrom = []corev1.EnvFromSource{{ConfigMapRef: &corev1.ConfigMapEnvSource{
		LocalObjectReference: corev1.LocalObjectReference{Name: "settings"},
	}}}
	events := play(t, pod, Start)
	if got, want := pod.Status.ContainerStatuses[0].State.Waiting.Message, `configmap "settings" not found`; got != want {
		t.Errorf("message is %q; want %q", got, want)
	}
	if want := (Event{"Warning", "Failed", `Error: configmap "settings" not found`, "spec.containers{c0}"}); len(events) != 1 || events[0] != want {
		t.Errorf("events are %+v; want %+v", events, want)
	}
}

func TestConditionsFollowTheContainers(t *testing.T) {
	pod := withInit(newPod(corev1.RestartPolicyAlways, "app:slow"), "a:slow")
	pod.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodScheduled, Status: corev1.ConditionTrue}}
	for _, test := range []struct {
		step Step
		want string
	}{
		{Start, "PodScheduled=True Initialized=False(ContainersNotInitialized) PodReadyToStartContainers=True " +
			"ContainersReady=False(ContainersNotReady) Ready=False(ContainersNotReady)"},
		{Create, "PodScheduled=True Initialized=True PodReadyToStartContainers=True " +
			"ContainersReady=False(ContainersNotReady) Ready=False(ContainersNotReady)"},
		{Create, "PodScheduled=True Initialized=True PodReadyToStartContainers=True ContainersReady=True Ready=True"},
	} {
		play(t, pod, test.step)
		if got := describeConditions(pod.Status); got != test.want {
			t.Errorf("after %s, conditions are\n%s; want\n%s", test.step, got, test.want)
		}
	}
}

func TestAConditionsTimeChangesOnlyWithItsStatus(t *testing.T) {
	pod := newPod(corev1.RestartPolicyAlways, "app:crash")
	play(t, pod, Start, BackOff, Restart)
	for _, condition := range pod.Status.Conditions {
		if !condition.LastTransitionTime.Time.Equal(start) {
			t.Errorf("condition %s changed at %v; want %v", condition.Type, condition.LastTransitionTime, start)
		}
	}
}

func TestReadinessGatesOpenUnlessSomebodyElseDecides(t *testing.T) {
	pod := newPod(corev1.RestartPolicyAlways, "app:1")
	pod.Spec.ReadinessGates = []corev1.PodReadinessGate{{ConditionType: "a/open"}, {ConditionType: "a/shut"}}
	pod.Status.Conditions = []corev1.PodCondition{{Type: "a/shut", Status: corev1.ConditionFalse}}
	play(t, pod, Start)
	want := "a/shut=False Initialized=True PodReadyToStartContainers=True ContainersReady=True Ready=True a/open=True"
	if got := describeConditions(pod.Status); got != want {
		t.Errorf("conditions are\n%s; want\n%s", got, want)
	}
}

func describeConditions(status corev1.PodStatus) string {
	var words []string
	for _, condition := range status.Conditions {
		word := fmt.Sprintf("%s=%s", condition.Type, condition.Status)
		if condition.Reason != "" {
			word += "(" + condition.Reason + ")"
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

func TestAnUnknownStepIsAnError(t *testing.T) {
	_, _, err := Next("dance", newPod(corev1.RestartPolicyAlways, "app:1"), "", start)
	if err == nil || err.Error() != `unknown step "dance" of pod shop/web-1` {
		t.Errorf("error is %v", err)
	}
}

func TestBackOffTimesDoubleUpToFiveMinutes(t *testing.T) {
	for restarts, want := range map[int32]time.Duration{
		1: 10 * time.Second, 2: 20 * time.Second, 5: 160 * time.Second, 6: 5 * time.Minute, 1000: 5 * time.Minute,
	} {
		if got := backOffTime(restarts); got != want {
			t.Errorf("after %d restarts it's %v; want %v", restarts, got, want)
		}
	}
}
