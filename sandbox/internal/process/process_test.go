package process

import (
	"slices"
	"testing"
)

func TestTheEndOfALogIsIndented(t *testing.T) {
	for text, want := range map[string]string{
		"":                 "  (empty)",
		"one\n":            "  one",
		"one\ntwo\nthree":  "  two\n  three",
		"one\n\nthree\n\n": "  \n  three",
	} {
		if got := indentedEnd(text, 2); got != want {
			t.Errorf("the end of %q is %q; want %q", text, got, want)
		}
	}
}

func TestChildrenDontInheritEtcdsConfiguration(t *testing.T) {
	got := environment([]string{"PATH=/bin", "ETCD_NAME=mine", "ETCDCTL_API=3", "HOME=/"})
	if want := []string{"PATH=/bin", "ETCDCTL_API=3", "HOME=/"}; !slices.Equal(got, want) {
		t.Errorf("environment is %q; want %q", got, want)
	}
}
