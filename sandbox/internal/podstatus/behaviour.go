package podstatus

import (
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// Behaviour is how a container fares.
type Behaviour string

// The behaviours that README.md describes.
const (
	Normal       Behaviour = "normal"
	ImageMissing Behaviour = "image-missing"
	CrashLoop    Behaviour = "crash-loop"
	NeverReady   Behaviour = "never-ready"
	BadConfig    Behaviour = "bad-config"
	Slow         Behaviour = "slow"
	InitCrash    Behaviour = "init-crash"
	JobFail      Behaviour = "job-fail"
	JobSlow      Behaviour = "job-slow"
)

// Label on a pod asks for a behaviour of all its containers, whatever their images.
const Label = "sandbox.trueup.dev/behaviour"

// words are what asks for a behaviour, as an image's tag or as the label's value.
var words = map[string]Behaviour{
	"missing":       ImageMissing,
	"image-missing": ImageMissing,
	"crash":         CrashLoop,
	"crash-loop":    CrashLoop,
	"never-ready":   NeverReady,
	"bad-config":    BadConfig,
	"slow":          Slow,
	"init-crash":    InitCrash,
	"job-fail":      JobFail,
	"job-slow":      JobSlow,
}

// BehaviourOf tells how a container of the pod fares. InitCrash is asked for by the pod's label or by any container's
// image, and makes the first init container a CrashLoop; apart from that, init containers obey their own images only, for
// they come before what the label is about.
func BehaviourOf(pod *corev1.Pod, name string) Behaviour {
	for index, container := range pod.Spec.InitContainers {
		if container.Name == name {
			return ofInitContainer(pod, index)
		}
	}
	for _, container := range pod.Spec.Containers {
		if container.Name == name {
			return ofContainer(pod, container)
		}
	}
	return Normal
}

func ofInitContainer(pod *corev1.Pod, index int) Behaviour {
	behaviour := ofImage(pod.Spec.InitContainers[index].Image)
	switch {
	case behaviour == InitCrash, index == 0 && asksForInitCrash(pod):
		return CrashLoop
	case behaviour == JobFail, behaviour == JobSlow, behaviour == NeverReady:
		return Normal
	}
	return behaviour
}

func ofContainer(pod *corev1.Pod, container corev1.Container) Behaviour {
	behaviour, labelled := words[pod.Labels[Label]]
	if !labelled {
		behaviour = ofImage(container.Image)
	}
	if behaviour == InitCrash {
		return Normal
	}
	return behaviour
}

func asksForInitCrash(pod *corev1.Pod) bool {
	if words[pod.Labels[Label]] == InitCrash {
		return true
	}
	for _, container := range pod.Spec.Containers {
		if ofImage(container.Image) == InitCrash {
			return true
		}
	}
	return false
}

func ofImage(image string) Behaviour {
	image, _, _ = strings.Cut(image, "@")
	name := image[strings.LastIndex(image, "/")+1:]
	_, tag, _ := strings.Cut(name, ":")
	if behaviour, found := words[tag]; found {
		return behaviour
	}
	return Normal
}
