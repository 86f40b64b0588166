package podlog

import (
	"fmt"
	"net/url"
	"strconv"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// ReadOptions reads the query of the API server's request to a kubelet (pkg/registry/core/pod/strategy.go, LogLocation, in
// Kubernetes 1.36).
func ReadOptions(query url.Values) (*corev1.PodLogOptions, error) {
	options := &corev1.PodLogOptions{
		Follow:     query.Get("follow") == "true",
		Previous:   query.Get("previous") == "true",
		Timestamps: query.Get("timestamps") == "true",
	}
	for name, field := range map[string]**int64{
		"sinceSeconds": &options.SinceSeconds,
		"tailLines":    &options.TailLines,
		"limitBytes":   &options.LimitBytes,
	} {
		text := query.Get(name)
		if text == "" {
			continue
		}
		number, err := strconv.ParseInt(text, 10, 64)
		if err != nil || number < 0 {
			return nil, fmt.Errorf("%s=%q isn't a number from 0", name, text)
		}
		*field = &number
	}
	if text := query.Get("sinceTime"); text != "" {
		since, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return nil, fmt.Errorf("sinceTime=%q isn't a time", text)
		}
		options.SinceTime = &metav1.Time{Time: since}
	}
	return options, nil
}
