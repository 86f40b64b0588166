package podlog

import (
	"net/url"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func running(at time.Time) corev1.ContainerState {
	return corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: metav1.NewTime(at)}}
}

func terminated(at time.Time) corev1.ContainerState {
	return corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{StartedAt: metav1.NewTime(at)}}
}

func waiting(reason string) corev1.ContainerState {
	return corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reason}}
}

func newPod(image string, state, last corev1.ContainerState) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "web"},
		Spec: corev1.PodSpec{
			RestartPolicy: corev1.RestartPolicyAlways,
			Containers:    []corev1.Container{{Name: "app", Image: image}},
		},
		Status: corev1.PodStatus{ContainerStatuses: []corev1.ContainerStatus{{Name: "app", State: state, LastTerminationState: last}}},
	}
}

func TestACrashedContainerLogsWhyItCrashed(t *testing.T) {
	pod := newPod("app:crash", waiting("CrashLoopBackOff"), terminated(start))
	for _, previous := range []bool{false, true} {
		lines, err := Of(pod, "app", previous)
		if err != nil {
			t.Fatal(err)
		}
		last := lines[len(lines)-1]
		if want := "panic: dial tcp 10.0.0.7:5432: connect: connection refused"; last.Text != want {
			t.Errorf("last line is %q; want %q", last.Text, want)
		}
		if !lines[0].Time.Equal(start) {
			t.Errorf("first line is of %v; want %v", lines[0].Time, start)
		}
	}
}

func TestWhatIsMadeToEndLogsThatItsDone(t *testing.T) {
	always := corev1.ContainerRestartPolicyAlways
	pod := newPod("app:1", running(start), corev1.ContainerState{})
	pod.Spec.InitContainers = []corev1.Container{{Name: "init"}, {Name: "sidecar", RestartPolicy: &always}}
	pod.Status.InitContainerStatuses = []corev1.ContainerStatus{{Name: "init", State: terminated(start)}, {Name: "sidecar", State: running(start)}}
	job := newPod("app:1", terminated(start), corev1.ContainerState{})
	job.Spec.RestartPolicy = corev1.RestartPolicyNever
	for _, test := range []struct {
		pod       *corev1.Pod
		container string
		want      string
	}{{pod, "app", "ready"}, {pod, "init", "done"}, {pod, "sidecar", "ready"}, {job, "app", "done"}} {
		lines, err := Of(test.pod, test.container, false)
		if err != nil || lines[len(lines)-1].Text != test.want {
			t.Errorf("container %s logs %v, %v; want %q in the end", test.container, lines, err, test.want)
		}
	}
}

func TestTheAnnotationIsTheLog(t *testing.T) {
	pod := newPod("app:crash", running(start), corev1.ContainerState{})
	pod.Annotations = map[string]string{Annotation: "one\ntwo\n"}
	lines, err := Of(pod, "app", false)
	if err != nil || Select(lines, &corev1.PodLogOptions{}, start) != "one\ntwo\n" {
		t.Errorf("log is %v, %v; want the annotation's two lines", lines, err)
	}
}

func TestNoLogIsAnErrorInTheKubeletsWords(t *testing.T) {
	none := corev1.ContainerState{}
	for _, test := range []struct {
		pod       *corev1.Pod
		container string
		previous  bool
		want      string
	}{
		{newPod("a", running(start), none), "app", true, `previous terminated container "app" in pod "web" not found`},
		{newPod("a", running(start), none), "db", false, `container "db" in pod "web" is not available`},
		{newPod("a", waiting("ErrImagePull"), none), "app", false, `container "app" in pod "web" is waiting to start: image can't be pulled`},
		{newPod("a", waiting("ImagePullBackOff"), none), "app", false, `container "app" in pod "web" is waiting to start: trying and failing to pull image`},
		{newPod("a", waiting("ContainerCreating"), none), "app", false, `container "app" in pod "web" is waiting to start: ContainerCreating`},
		{newPod("a", none, none), "app", false, `container "app" in pod "web" is waiting to start - no logs yet`},
	} {
		if _, err := Of(test.pod, test.container, test.previous); err == nil || err.Error() != test.want {
			t.Errorf("error is %v; want %s", err, test.want)
		}
	}
}

func TestOptionsSelectLines(t *testing.T) {
	lines := []Line{{start, "one"}, {start.Add(time.Second), "two"}, {start.Add(2 * time.Second), "three"}}
	now := start.Add(2 * time.Second)
	for query, want := range map[string]string{
		"":                               "one\ntwo\nthree\n",
		"tailLines=2":                    "two\nthree\n",
		"tailLines=0":                    "",
		"tailLines=9":                    "one\ntwo\nthree\n",
		"sinceSeconds=1":                 "two\nthree\n",
		"sinceTime=2026-01-02T03:04:07Z": "three\n",
		"sinceTime=2026-01-02T03:04:09Z": "",
		"limitBytes=5":                   "one\nt",
		"timestamps=true&tailLines=1":    "2026-01-02T03:04:07Z three\n",
	} {
		values, _ := url.ParseQuery(query)
		options, err := ReadOptions(values)
		if err != nil {
			t.Fatal(err)
		}
		if got := Select(lines, options, now); got != want {
			t.Errorf("with %q the log is %q; want %q", query, got, want)
		}
	}
}

func TestBadOptionsAreRefused(t *testing.T) {
	for query, want := range map[string]string{
		"tailLines=-1":  `tailLines="-1"`,
		"limitBytes=x":  `limitBytes="x"`,
		"sinceTime=now": `sinceTime="now"`,
	} {
		values, _ := url.ParseQuery(query)
		if _, err := ReadOptions(values); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("with %q the error is %v; want %q in it", query, err, want)
		}
	}
}
