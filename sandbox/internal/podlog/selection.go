package podlog

import (
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// Select writes the lines that the options ask for, as `pods/log` serves them. Options follow the same rules as in
// Kubernetes: first the lines by time, then the last of them, then the limit of bytes.
func Select(lines []Line, options *corev1.PodLogOptions, now time.Time) string {
	lines = since(lines, options, now)
	if tail := options.TailLines; tail != nil && int(*tail) < len(lines) {
		lines = lines[len(lines)-int(*tail):]
	}
	var text strings.Builder
	for _, line := range lines {
		if options.Timestamps {
			fmt.Fprintf(&text, "%s ", line.Time.UTC().Format(time.RFC3339Nano))
		}
		fmt.Fprintln(&text, line.Text)
	}
	if limit := options.LimitBytes; limit != nil && int(*limit) < text.Len() {
		return text.String()[:*limit]
	}
	return text.String()
}

func since(lines []Line, options *corev1.PodLogOptions, now time.Time) []Line {
	var begin time.Time
	switch {
	case options.SinceSeconds != nil:
		begin = now.Add(-time.Duration(*options.SinceSeconds) * time.Second)
	case options.SinceTime != nil:
		begin = options.SinceTime.Time
	}
	for i, line := range lines {
		if !line.Time.Before(begin) {
			return lines[i:]
		}
	}
	return nil
}
