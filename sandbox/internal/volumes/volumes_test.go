package volumes

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func newClaim() *corev1.PersistentVolumeClaim {
	class := "standard"
	return &corev1.PersistentVolumeClaim{
		ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "data", UID: "u1", Annotations: map[string]string{claimProvisioner: Provisioner}},
		Spec: corev1.PersistentVolumeClaimSpec{
			StorageClassName: &class,
			AccessModes:      []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOnce},
			Resources:        corev1.VolumeResourceRequirements{Requests: corev1.ResourceList{corev1.ResourceStorage: resource.MustParse("3Gi")}},
		},
		Status: corev1.PersistentVolumeClaimStatus{Phase: corev1.ClaimPending},
	}
}

func TestAVolumeIsMadeOnlyOnceItsTimeHasCome(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*corev1.PersistentVolumeClaim)
		want   bool
	}{
		"is for us":            {func(*corev1.PersistentVolumeClaim) {}, true},
		"waits for a consumer": {func(c *corev1.PersistentVolumeClaim) { c.Annotations = nil }, false},
		"is for another":       {func(c *corev1.PersistentVolumeClaim) { c.Annotations[claimProvisioner] = "other" }, false},
		"is bound":             {func(c *corev1.PersistentVolumeClaim) { c.Status.Phase = corev1.ClaimBound }, false},
		"has chosen a volume":  {func(c *corev1.PersistentVolumeClaim) { c.Spec.VolumeName = "mine" }, false},
		"is going":             {func(c *corev1.PersistentVolumeClaim) { c.DeletionTimestamp = &metav1.Time{} }, false},
	} {
		claim := newClaim()
		test.change(claim)
		if got := needsVolume(claim); got != test.want {
			t.Errorf("a claim that %s needs a volume: %v; want %v", name, got, test.want)
		}
	}
}

func TestAVolumeIsWhatItsClaimAsksFor(t *testing.T) {
	class, reclaim := DefaultClass(), corev1.PersistentVolumeReclaimDelete
	class.ReclaimPolicy = &reclaim
	volume := newVolume(newClaim(), class)
	if got := volume.Spec.Capacity.Storage().String(); got != "3Gi" {
		t.Errorf("capacity is %s; want 3Gi", got)
	}
	if got := volume.Spec.ClaimRef; got.Namespace != "shop" || got.Name != "data" || got.UID != "u1" {
		t.Errorf("it's bound to %+v", got)
	}
	if isToBeDeleted(volume) {
		t.Error("it's to be deleted before it's released")
	}
	volume.Status.Phase = corev1.VolumeReleased
	if !isToBeDeleted(volume) {
		t.Error("it isn't to be deleted though it's released")
	}
}
