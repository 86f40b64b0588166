package kubelet

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	clientcorev1 "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/tools/record"

	"trueup.dev/sandbox/internal/podstatus"
)

// recordEvents writes what happened to a pod, in the background.
type recordEvents func(pod *corev1.Pod, events []podstatus.Event)

// newEventRecorder writes events in the name of the kubelet of the pod's node. Those that repeat are counted in one.
func newEventRecorder(ctx context.Context, client kubernetes.Interface) recordEvents {
	broadcaster := record.NewBroadcaster(record.WithContext(ctx))
	broadcaster.StartRecordingToSink(&clientcorev1.EventSinkImpl{Interface: client.CoreV1().Events("")})
	return func(pod *corev1.Pod, events []podstatus.Event) {
		if len(events) == 0 {
			return
		}
		source := corev1.EventSource{Component: "kubelet", Host: pod.Spec.NodeName}
		recorder := broadcaster.NewRecorder(scheme.Scheme, source)
		for _, event := range events {
			recorder.Event(&corev1.ObjectReference{
				APIVersion:      "v1",
				Kind:            "Pod",
				Namespace:       pod.Namespace,
				Name:            pod.Name,
				UID:             pod.UID,
				ResourceVersion: pod.ResourceVersion,
				FieldPath:       event.FieldPath,
			}, event.Type, event.Reason, event.Message)
		}
	}
}
