// Package access reads what `--user` asks for: users and the roles they get. It is pure.
package access

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Grant is a user and, unless Role is empty, a ClusterRole that they have: everywhere, or only in Namespace.
type Grant struct {
	User      string
	Role      string
	Namespace string
}

// Administrator may do everything and is never throttled; Ordinary may do everything too, but by a role binding, so that
// API priority and fairness treats their requests like anybody's. Every sandbox has both.
const (
	Administrator = "sandbox"
	Ordinary      = "ordinary"
)

var (
	userPattern      = regexp.MustCompile(`^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$`)
	rolePattern      = regexp.MustCompile(`^[^@/%,\s]+$`)
	namespacePattern = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)
)

// Parse reads NAME, NAME:ROLE or NAME:ROLE@NAMESPACE.
func Parse(text string) (Grant, error) {
	user, rest, hasRole := strings.Cut(text, ":")
	role, namespace, hasNamespace := strings.Cut(rest, "@")
	grant := Grant{user, role, namespace}
	switch {
	case !userPattern.MatchString(user):
		return Grant{}, fmt.Errorf("user %q: the name %q isn't lower-case letters, digits, '-', '.' and '_'; write NAME, NAME:ROLE or NAME:ROLE@NAMESPACE", text, user)
	case user == Administrator, user == Ordinary:
		return Grant{}, fmt.Errorf("user %q: every sandbox has a user %q already", text, user)
	case hasRole && !rolePattern.MatchString(role):
		return Grant{}, fmt.Errorf("user %q: %q can't be a ClusterRole's name", text, role)
	case hasNamespace && !namespacePattern.MatchString(namespace):
		return Grant{}, fmt.Errorf("user %q: %q can't be a namespace's name", text, namespace)
	}
	return grant, nil
}

// Users are the names in the grants, each once, in their order.
func Users(grants []Grant) []string {
	var users []string
	for _, grant := range grants {
		if !slices.Contains(users, grant.User) {
			users = append(users, grant.User)
		}
	}
	return users
}
