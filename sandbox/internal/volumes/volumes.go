// Package volumes provisions the PersistentVolumes of the sandbox's storage classes. Nothing is stored in them: no
// container runs.
package volumes

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	listersv1 "k8s.io/client-go/listers/storage/v1"
	"k8s.io/client-go/tools/cache"
	"k8s.io/klog/v2"
)

// Provisioner is what a storage class names so that its volumes are made here.
const Provisioner = "sandbox.trueup.dev/host-path"

// Annotations between the volume controller and provisioners (k8s.io/component-helpers/storage/volume/pv_helpers.go).
const (
	// claimProvisioner is put on a claim once it's time to make its volume: for a class that waits for the first consumer,
	// once a pod that uses it has a node.
	claimProvisioner = "volume.kubernetes.io/storage-provisioner"
	// volumeProvisioner says who made a volume, and thus has to delete it.
	volumeProvisioner = "pv.kubernetes.io/provisioned-by"
)

// retry is how soon what failed is tried again.
const retry = 2 * time.Second

// DefaultClass is the storage class of claims that name none.
func DefaultClass() *storagev1.StorageClass {
	wait, expand := storagev1.VolumeBindingWaitForFirstConsumer, true
	return &storagev1.StorageClass{
		ObjectMeta: metav1.ObjectMeta{
			Name:        "standard",
			Annotations: map[string]string{"storageclass.kubernetes.io/is-default-class": "true"},
		},
		Provisioner:          Provisioner,
		VolumeBindingMode:    &wait,
		AllowVolumeExpansion: &expand,
	}
}

type provisioner struct {
	client  kubernetes.Interface
	classes listersv1.StorageClassLister
}

// Provision makes and deletes volumes in the background until the context ends.
func Provision(ctx context.Context, client kubernetes.Interface) error {
	factory := informers.NewSharedInformerFactory(client, retry)
	provisioner := &provisioner{client: client, classes: factory.Storage().V1().StorageClasses().Lister()}
	claims := factory.Core().V1().PersistentVolumeClaims().Informer()
	if _, err := claims.AddEventHandler(handler(ctx, "make the volume of a claim", provisioner.makeVolume)); err != nil {
		return fmt.Errorf("watch claims: %w", err)
	}
	volumes := factory.Core().V1().PersistentVolumes().Informer()
	if _, err := volumes.AddEventHandler(handler(ctx, "delete a volume", provisioner.deleteVolume)); err != nil {
		return fmt.Errorf("watch volumes: %w", err)
	}
	factory.Start(ctx.Done())
	return nil
}

// handler calls the function for each object that is new or changed, and all of them now and then, which is how what
// failed is tried again.
func handler[T any](ctx context.Context, what string, handle func(context.Context, T) error) cache.ResourceEventHandler {
	try := func(object any) {
		if err := handle(ctx, object.(T)); err != nil && ctx.Err() == nil {
			klog.ErrorS(err, "can't "+what)
		}
	}
	return cache.ResourceEventHandlerFuncs{AddFunc: try, UpdateFunc: func(_, object any) { try(object) }}
}

func (p *provisioner) makeVolume(ctx context.Context, claim *corev1.PersistentVolumeClaim) error {
	if !needsVolume(claim) {
		return nil
	}
	class, err := p.classes.Get(*claim.Spec.StorageClassName)
	if err != nil {
		return fmt.Errorf("claim %s/%s: find storage class %s: %w", claim.Namespace, claim.Name, *claim.Spec.StorageClassName, err)
	}
	_, err = p.client.CoreV1().PersistentVolumes().Create(ctx, newVolume(claim, class), metav1.CreateOptions{})
	if err != nil && !apierrors.IsAlreadyExists(err) {
		return fmt.Errorf("claim %s/%s: %w", claim.Namespace, claim.Name, err)
	}
	return nil
}

func (p *provisioner) deleteVolume(ctx context.Context, volume *corev1.PersistentVolume) error {
	if !isToBeDeleted(volume) {
		return nil
	}
	err := p.client.CoreV1().PersistentVolumes().Delete(ctx, volume.Name, metav1.DeleteOptions{})
	if err != nil && !apierrors.IsNotFound(err) {
		return fmt.Errorf("volume %s: %w", volume.Name, err)
	}
	return nil
}

func needsVolume(claim *corev1.PersistentVolumeClaim) bool {
	return claim.Annotations[claimProvisioner] == Provisioner &&
		claim.Status.Phase == corev1.ClaimPending &&
		claim.DeletionTimestamp == nil &&
		claim.Spec.VolumeName == "" &&
		claim.Spec.StorageClassName != nil
}

func isToBeDeleted(volume *corev1.PersistentVolume) bool {
	return volume.Annotations[volumeProvisioner] == Provisioner &&
		volume.Status.Phase == corev1.VolumeReleased &&
		volume.DeletionTimestamp == nil &&
		volume.Spec.PersistentVolumeReclaimPolicy == corev1.PersistentVolumeReclaimDelete
}

// newVolume is bound to the claim from the start.
func newVolume(claim *corev1.PersistentVolumeClaim, class *storagev1.StorageClass) *corev1.PersistentVolume {
	name := "pvc-" + string(claim.UID)
	volume := &corev1.PersistentVolume{
		ObjectMeta: metav1.ObjectMeta{Name: name, Annotations: map[string]string{volumeProvisioner: Provisioner}},
		Spec: corev1.PersistentVolumeSpec{
			Capacity:         corev1.ResourceList{corev1.ResourceStorage: claim.Spec.Resources.Requests[corev1.ResourceStorage]},
			AccessModes:      claim.Spec.AccessModes,
			VolumeMode:       claim.Spec.VolumeMode,
			StorageClassName: class.Name,
			MountOptions:     class.MountOptions,
			ClaimRef: &corev1.ObjectReference{
				APIVersion: "v1",
				Kind:       "PersistentVolumeClaim",
				Namespace:  claim.Namespace,
				Name:       claim.Name,
				UID:        claim.UID,
			},
			PersistentVolumeSource: corev1.PersistentVolumeSource{
				HostPath: &corev1.HostPathVolumeSource{Path: "/var/lib/trueup-sandbox/" + name},
			},
		},
	}
	if class.ReclaimPolicy != nil {
		volume.Spec.PersistentVolumeReclaimPolicy = *class.ReclaimPolicy
	}
	return volume
}
