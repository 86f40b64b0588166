package sandbox

import (
	"context"
	"errors"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

// A condition fails until it holds. Those that create something fail until they could.
type condition = func(context.Context) error

// answers holds once the API server serves objects, and as the version that it should: an answer with another version
// means that buildversion no longer reaches the variables that it sets.
func answers(client kubernetes.Interface, version string) condition {
	return func(ctx context.Context) error {
		if _, err := client.CoreV1().Namespaces().List(ctx, metav1.ListOptions{Limit: 1}); err != nil {
			return err
		}
		info, err := client.Discovery().ServerVersion()
		if err != nil {
			return err
		}
		if info.GitVersion != version {
			return fmt.Errorf("the API server says that its version is %s, not %s", info.GitVersion, version)
		}
		return nil
	}
}

// isHealthy holds once the API server has done what it does at its start, such as making the default roles.
func isHealthy(client kubernetes.Interface) condition {
	return func(ctx context.Context) error {
		return client.Discovery().RESTClient().Get().AbsPath("/healthz").Do(ctx).Error()
	}
}

// hasDefaultServiceAccount holds once pods can be made in the namespace.
func hasDefaultServiceAccount(client kubernetes.Interface, namespace string) condition {
	return func(ctx context.Context) error {
		_, err := client.CoreV1().ServiceAccounts(namespace).Get(ctx, "default", metav1.GetOptions{})
		return err
	}
}

// hasReadyNode holds once pods can be scheduled: the taints of a node's first moments are gone too.
func hasReadyNode(client kubernetes.Interface) condition {
	return func(ctx context.Context) error {
		nodes, err := client.CoreV1().Nodes().List(ctx, metav1.ListOptions{})
		if err != nil {
			return err
		}
		for _, node := range nodes.Items {
			if isReady(node) && len(node.Spec.Taints) == 0 {
				return nil
			}
		}
		return errors.New("no node is ready")
	}
}

func isReady(node corev1.Node) bool {
	for _, condition := range node.Status.Conditions {
		if condition.Type == corev1.NodeReady {
			return condition.Status == corev1.ConditionTrue
		}
	}
	return false
}
