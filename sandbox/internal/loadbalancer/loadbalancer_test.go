package loadbalancer

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func TestAddressesCountThroughTheirRange(t *testing.T) {
	for number, want := range map[int]string{0: "203.0.113.1", 253: "203.0.113.254", 254: "203.0.113.1"} {
		if got := address(number); got != want {
			t.Errorf("address %d is %s; want %s", number, got, want)
		}
	}
}

func TestOnlyServicesThatAskGetAnAddress(t *testing.T) {
	asking := map[string]string{Label: "true"}
	held := corev1.ServiceStatus{LoadBalancer: corev1.LoadBalancerStatus{Ingress: []corev1.LoadBalancerIngress{{IP: "203.0.113.9"}}}}
	for name, test := range map[string]struct {
		service corev1.Service
		want    bool
	}{
		"asks":         {corev1.Service{ObjectMeta: metav1.ObjectMeta{Labels: asking}, Spec: corev1.ServiceSpec{Type: corev1.ServiceTypeLoadBalancer}}, true},
		"doesn't ask":  {corev1.Service{Spec: corev1.ServiceSpec{Type: corev1.ServiceTypeLoadBalancer}}, false},
		"another type": {corev1.Service{ObjectMeta: metav1.ObjectMeta{Labels: asking}}, false},
		"has one":      {corev1.Service{ObjectMeta: metav1.ObjectMeta{Labels: asking}, Spec: corev1.ServiceSpec{Type: corev1.ServiceTypeLoadBalancer}, Status: held}, false},
	} {
		if got := needsAddress(&test.service); got != test.want {
			t.Errorf("a Service that %s needs an address: %v; want %v", name, got, test.want)
		}
	}
}
