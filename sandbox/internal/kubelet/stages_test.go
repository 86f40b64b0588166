package kubelet

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/kwok/pkg/apis/internalversion"
	"sigs.k8s.io/kwok/pkg/utils/gotpl"
	"sigs.k8s.io/kwok/pkg/utils/lifecycle"

	"trueup.dev/sandbox/internal/podstatus"
)

// simulation does what kwok's controller does with the stages, without waiting.
type simulation struct {
	t         *testing.T
	lifecycle lifecycle.Lifecycle
	renderer  gotpl.Renderer
	events    []string
}

func newSimulation(t *testing.T, kind string) *simulation {
	t.Helper()
	stages, err := loadStages()
	if err != nil {
		t.Fatal(err)
	}
	cycle, err := lifecycle.NewLifecycle(stages[internalversion.StageResourceRef{APIGroup: "v1", Kind: kind}])
	if err != nil {
		t.Fatal(err)
	}
	simulation := &simulation{t: t, lifecycle: cycle}
	functions := templateFunctions(10250, func(_ *corev1.Pod, events []podstatus.Event) {
		for _, event := range events {
			simulation.events = append(simulation.events, event.Reason)
		}
	})
	functions["PodIPWith"] = func(string, bool, string, string, string) string { return "10.0.0.1" }
	simulation.renderer = gotpl.NewRenderer(functions)
	return simulation
}

// step plays the one stage that's due and says which and after how long; it's empty when none is.
func (s *simulation) step(object metav1.Object) string {
	s.t.Helper()
	ctx, event := context.Background(), &lifecycle.Event{Labels: object.GetLabels(), Data: object}
	stages, err := s.lifecycle.ListAllPossible(ctx, event)
	if err != nil {
		s.t.Fatal(err)
	}
	switch len(stages) {
	case 0:
		return ""
	case 1:
	default:
		s.t.Fatalf("%d stages are due at once, of which kwok would choose one by chance", len(stages))
	}
	delay, _, err := stages[0].Delay(ctx, event, time.Now())
	if err != nil {
		s.t.Fatal(err)
	}
	deleted := false
	_, err = stages[0].DoSteps(0, nil, object, s.renderer, nil,
		func() error { deleted = true; return nil },
		func(patch *lifecycle.Patch) error {
			// Lists are replaced as a whole (type: merge); nothing else that's in a status once goes away again.
			switch object := object.(type) {
			case *corev1.Pod:
				object.Status = corev1.PodStatus{}
			case *corev1.Node:
				object.Status = corev1.NodeStatus{}
			}
			return json.Unmarshal(patch.Data, object)
		}, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	if deleted {
		return stages[0].Name() + " deletes"
	}
	return fmt.Sprintf("%s %v", stages[0].Name(), delay)
}

func newPod(policy corev1.RestartPolicy, image string) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "web-1", Namespace: "shop", UID: "u1"},
		Spec: corev1.PodSpec{
			NodeName:       "node",
			RestartPolicy:  policy,
			InitContainers: []corev1.Container{{Name: "init", Image: "app:1"}},
			Containers:     []corev1.Container{{Name: "app", Image: image}},
		},
		Status: corev1.PodStatus{Phase: corev1.PodPending},
	}
}

func TestEachBehaviourGoesThroughItsStages(t *testing.T) {
	const always, never, onFailure = corev1.RestartPolicyAlways, corev1.RestartPolicyNever, corev1.RestartPolicyOnFailure
	for _, test := range []struct {
		pod    *corev1.Pod
		stages []string
		events []string
	}{
		{newPod(always, "app:1"), []string{"pod-start 0s", ""}, nil},
		{newPod(always, "app:missing"), []string{"pod-start 0s", "pod-stop-pulling 500ms", ""},
			[]string{"Pulling", "Failed", "Failed", "BackOff", "Failed"}},
		{newPod(always, "app:bad-config"), []string{"pod-start 0s", ""}, []string{"Failed"}},
		{newPod(always, "app:never-ready"), []string{"pod-start 0s", ""}, []string{"Unhealthy"}},
		{newPod(always, "app:slow"), []string{"pod-start 0s", "pod-create 2s", ""}, nil},
		{newPod(always, "app:crash"), []string{"pod-start 0s", "pod-back-off 300ms", "pod-restart 1s", "pod-back-off 300ms", "pod-restart 2s"},
			[]string{"BackOff", "BackOff"}},
		{newPod(always, "app:init-crash"), []string{"pod-start 0s", "pod-back-off 300ms", "pod-restart 1s"}, []string{"BackOff"}},
		{newPod(never, "app:1"), []string{"pod-start 0s", "pod-complete 500ms", ""}, nil},
		{newPod(never, "app:job-slow"), []string{"pod-start 0s", "pod-complete 3s", ""}, nil},
		{newPod(never, "app:job-fail"), []string{"pod-start 0s", "pod-complete 500ms", ""}, nil},
		{newPod(never, "app:crash"), []string{"pod-start 0s", ""}, nil},
		{newPod(onFailure, "app:job-fail"), []string{"pod-start 0s", "pod-complete 500ms", "pod-back-off 300ms", "pod-restart 1s", "pod-back-off 300ms"},
			[]string{"BackOff", "BackOff"}},
	} {
		t.Run(fmt.Sprintf("%s %s", test.pod.Spec.RestartPolicy, test.pod.Spec.Containers[0].Image), func(t *testing.T) {
			simulation := newSimulation(t, "Pod")
			var stages []string
			for range test.stages {
				stages = append(stages, simulation.step(test.pod))
			}
			if !slices.Equal(stages, test.stages) {
				t.Errorf("stages are %q; want %q", stages, test.stages)
			}
			if !slices.Equal(simulation.events, test.events) {
				t.Errorf("events are %q; want %q", simulation.events, test.events)
			}
		})
	}
}

func TestRestartsAreAtMostTenSecondsApart(t *testing.T) {
	pod := newPod(corev1.RestartPolicyAlways, "app:crash")
	simulation := newSimulation(t, "Pod")
	simulation.step(pod)
	simulation.step(pod)
	pod.Status.ContainerStatuses[0].RestartCount = 40
	if got, want := simulation.step(pod), "pod-restart 10s"; got != want {
		t.Errorf("stage is %q; want %q", got, want)
	}
}

func TestTheLabelAsksForASlowJob(t *testing.T) {
	pod := newPod(corev1.RestartPolicyNever, "app:1")
	pod.Labels = map[string]string{podstatus.Label: "job-slow"}
	simulation := newSimulation(t, "Pod")
	simulation.step(pod)
	if got, want := simulation.step(pod), "pod-complete 3s"; got != want {
		t.Errorf("stage is %q; want %q", got, want)
	}
}

func TestADeletedPodGoesAtOnceWhateverItsState(t *testing.T) {
	for _, image := range []string{"app:1", "app:crash", "app:missing", "app:slow"} {
		pod := newPod(corev1.RestartPolicyAlways, image)
		simulation := newSimulation(t, "Pod")
		simulation.step(pod)
		pod.DeletionTimestamp = &metav1.Time{Time: time.Now()}
		if got, want := simulation.step(pod), "pod-delete deletes"; got != want {
			t.Errorf("stage of %s is %q; want %q", image, got, want)
		}
	}
}

func TestANodeBecomesReadyAndStaysSo(t *testing.T) {
	node := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "node"}}
	simulation := newSimulation(t, "Node")
	for _, want := range []string{"node-start 0s", ""} {
		if got := simulation.step(node); got != want {
			t.Errorf("stage is %q; want %q", got, want)
		}
	}
	if got, want := node.Status.Conditions[0].Status, corev1.ConditionTrue; got != want {
		t.Errorf("node is ready: %s; want %s", got, want)
	}
	if got, want := node.Status.DaemonEndpoints.KubeletEndpoint.Port, int32(10250); got != want {
		t.Errorf("kubelet's port is %d; want %d", got, want)
	}
}
