package sandbox

import (
	"context"
	"fmt"
	"runtime"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"trueup.dev/sandbox/internal/access"
	"trueup.dev/sandbox/internal/volumes"
)

// nodeCreated makes a node that isn't ready until kwok says so.
func nodeCreated(client kubernetes.Interface, name string) condition {
	node := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{
		corev1.LabelHostname:   name,
		corev1.LabelOSStable:   "linux",
		corev1.LabelArchStable: runtime.GOARCH,
	}}}
	return func(ctx context.Context) error {
		_, err := client.CoreV1().Nodes().Create(ctx, node, metav1.CreateOptions{})
		return unlessExists(err)
	}
}

func namespaceCreated(client kubernetes.Interface, name string) condition {
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}
	return func(ctx context.Context) error {
		_, err := client.CoreV1().Namespaces().Create(ctx, namespace, metav1.CreateOptions{})
		return unlessExists(err)
	}
}

func storageClassCreated(client kubernetes.Interface) condition {
	return func(ctx context.Context) error {
		_, err := client.StorageV1().StorageClasses().Create(ctx, volumes.DefaultClass(), metav1.CreateOptions{})
		return unlessExists(err)
	}
}

// granted binds a user to a role, everywhere or in a namespace, which is made if it's missing. The number tells bindings of
// one user apart.
func granted(client kubernetes.Interface, number int, grant access.Grant) condition {
	meta := metav1.ObjectMeta{Name: fmt.Sprintf("sandbox:%s:%d", grant.User, number), Namespace: grant.Namespace}
	role := rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: grant.Role}
	subjects := []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: grant.User}}
	return func(ctx context.Context) error {
		switch {
		case grant.Role == "":
			return nil
		case grant.Namespace == "":
			binding := &rbacv1.ClusterRoleBinding{ObjectMeta: meta, RoleRef: role, Subjects: subjects}
			_, err := client.RbacV1().ClusterRoleBindings().Create(ctx, binding, metav1.CreateOptions{})
			return unlessExists(err)
		}
		if err := namespaceCreated(client, grant.Namespace)(ctx); err != nil {
			return err
		}
		binding := &rbacv1.RoleBinding{ObjectMeta: meta, RoleRef: role, Subjects: subjects}
		_, err := client.RbacV1().RoleBindings(grant.Namespace).Create(ctx, binding, metav1.CreateOptions{})
		return unlessExists(err)
	}
}

func unlessExists(err error) error {
	if apierrors.IsAlreadyExists(err) {
		return nil
	}
	return err
}
