package credentials

import (
	"crypto/rand"
	"fmt"
	"strings"
)

// Account is someone who proves who they are to the API server by a token.
type Account struct {
	Name   string
	Groups []string
	Token  string
}

// NewAccount makes an account with a token of its own.
func NewAccount(name string, groups ...string) Account {
	return Account{Name: name, Groups: groups, Token: rand.Text()}
}

// TokenFile is the content of the API server's --token-auth-file, which is CSV: token, name, UID and, if there are any,
// groups.
func TokenFile(accounts []Account) []byte {
	var file strings.Builder
	for _, account := range accounts {
		fmt.Fprintf(&file, "%s,%s,%s", account.Token, account.Name, account.Name)
		if len(account.Groups) > 0 {
			fmt.Fprintf(&file, ",%q", strings.Join(account.Groups, ","))
		}
		fmt.Fprintln(&file)
	}
	return []byte(file.String())
}
