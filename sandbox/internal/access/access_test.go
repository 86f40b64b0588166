package access

import (
	"slices"
	"strings"
	"testing"
)

func TestParseReadsUsersWithAndWithoutRoles(t *testing.T) {
	for text, want := range map[string]Grant{
		"ci":                         {User: "ci"},
		"ci:edit":                    {User: "ci", Role: "edit"},
		"ci:edit@shop":               {User: "ci", Role: "edit", Namespace: "shop"},
		"ci:system:node-reader@shop": {User: "ci", Role: "system:node-reader", Namespace: "shop"},
	} {
		if got, err := Parse(text); err != nil || got != want {
			t.Errorf("Parse(%q) = %+v, %v; want %+v", text, got, err, want)
		}
	}
}

func TestParseSaysWhatIsWrong(t *testing.T) {
	for text, want := range map[string]string{
		"":              `the name "" isn't`,
		"Me":            `the name "Me" isn't`,
		"a,b":           `the name "a,b" isn't`,
		"sandbox":       `has a user "sandbox" already`,
		"ordinary:view": `has a user "ordinary" already`,
		"ci:":           `"" can't be a ClusterRole's name`,
		"ci:view@":      `"" can't be a namespace's name`,
		"ci:view@Shop":  `"Shop" can't be a namespace's name`,
	} {
		if _, err := Parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Parse(%q) fails with %v; want %q in it", text, err, want)
		}
	}
}

func TestUsersAreNamedOnce(t *testing.T) {
	got := Users([]Grant{{User: "b", Role: "view"}, {User: "a"}, {User: "b", Role: "edit", Namespace: "shop"}})
	if want := []string{"b", "a"}; !slices.Equal(got, want) {
		t.Errorf("Users = %v; want %v", got, want)
	}
}
