// Package loadbalancer gives addresses to Services of type LoadBalancer that ask for one by a label. Others stay pending,
// as in a cluster without load balancers. Nothing listens at the addresses.
package loadbalancer

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/klog/v2"
)

// Label, set to "true" on a Service, asks for an address.
const Label = "sandbox.trueup.dev/load-balancer"

// retry is how soon what failed is tried again.
const retry = 2 * time.Second

type balancer struct {
	client kubernetes.Interface
	// given counts the addresses given out. Only the informer's one goroutine of handlers uses it.
	given int
}

// Balance gives out addresses in the background until the context ends.
func Balance(ctx context.Context, client kubernetes.Interface) error {
	factory := informers.NewSharedInformerFactory(client, retry)
	balancer := &balancer{client: client}
	try := func(object any) {
		if err := balancer.giveAddress(ctx, object.(*corev1.Service)); err != nil && ctx.Err() == nil {
			klog.ErrorS(err, "can't give a Service an address")
		}
	}
	_, err := factory.Core().V1().Services().Informer().AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    try,
		UpdateFunc: func(_, object any) { try(object) },
	})
	if err != nil {
		return fmt.Errorf("watch Services: %w", err)
	}
	factory.Start(ctx.Done())
	return nil
}

func (b *balancer) giveAddress(ctx context.Context, service *corev1.Service) error {
	if !needsAddress(service) {
		return nil
	}
	changed := service.DeepCopy()
	changed.Status.LoadBalancer.Ingress = []corev1.LoadBalancerIngress{{IP: address(b.given)}}
	b.given++
	_, err := b.client.CoreV1().Services(service.Namespace).UpdateStatus(ctx, changed, metav1.UpdateOptions{})
	if err != nil {
		return fmt.Errorf("service %s/%s: %w", service.Namespace, service.Name, err)
	}
	return nil
}

func needsAddress(service *corev1.Service) bool {
	return service.Spec.Type == corev1.ServiceTypeLoadBalancer &&
		service.Labels[Label] == "true" &&
		service.DeletionTimestamp == nil &&
		len(service.Status.LoadBalancer.Ingress) == 0
}

// address counts through TEST-NET-3 (RFC 5737), which no real host is in, and starts again after 254.
func address(number int) string {
	return fmt.Sprintf("203.0.113.%d", number%254+1)
}
