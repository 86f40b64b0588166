package kubelet

import (
	"encoding/json"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/kwok/pkg/utils/gotpl"

	"trueup.dev/sandbox/internal/podstatus"
)

// templateFunctions are what the templates of stages.yaml call beside kwok's own functions. PodStatus records the events
// of its step too: kwok's own have a fixed text and don't say which container they are about.
func templateFunctions(port int, record recordEvents) gotpl.FuncMap {
	return gotpl.FuncMap{
		"PodStatus": func(step string, data any, podIP string) (any, error) {
			var pod corev1.Pod
			if err := convert(data, &pod); err != nil {
				return nil, err
			}
			status, events, err := podstatus.Next(podstatus.Step(step), &pod, podIP, time.Now())
			if err != nil {
				return nil, err
			}
			record(&pod, events)
			return status, nil
		},
		"NodeStatus": func(data any) (any, error) {
			var node corev1.Node
			if err := convert(data, &node); err != nil {
				return nil, err
			}
			return nodeStatus(node.Name, port, metav1.Now()), nil
		},
	}
}

// convert reads a template's data, which is decoded JSON, as a typed object.
func convert(data any, object any) error {
	text, err := json.Marshal(data)
	if err != nil {
		return fmt.Errorf("encode a template's data: %w", err)
	}
	if err := json.Unmarshal(text, object); err != nil {
		return fmt.Errorf("read a template's data as %T: %w", object, err)
	}
	return nil
}
