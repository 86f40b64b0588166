package credentials

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"testing"

	"k8s.io/client-go/tools/clientcmd"
)

func TestCertificatesAreTrustedThroughTheAuthority(t *testing.T) {
	authority, err := NewAuthority("test")
	if err != nil {
		t.Fatal(err)
	}
	serving, err := authority.Serving("server", []string{"kubernetes"}, []net.IP{net.IPv4(10, 96, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	client, err := authority.Client("someone")
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(authority.Certificate) {
		t.Fatal("the authority's certificate can't be read")
	}
	for _, name := range []string{"127.0.0.1", "localhost", "kubernetes", "10.96.0.1"} {
		options := x509.VerifyOptions{Roots: roots, DNSName: name}
		if _, err := parse(t, serving).Verify(options); err != nil {
			t.Errorf("as %s the server isn't trusted: %v", name, err)
		}
	}
	options := x509.VerifyOptions{Roots: roots, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}
	if _, err := parse(t, client).Verify(options); err != nil {
		t.Errorf("the client isn't trusted: %v", err)
	}
	if _, err := parse(t, serving).Verify(options); err == nil {
		t.Error("the server's certificate is good for a client")
	}
}

func parse(t *testing.T, pair Pair) *x509.Certificate {
	t.Helper()
	both, err := tls.X509KeyPair(pair.Certificate, pair.Key)
	if err != nil {
		t.Fatal(err)
	}
	return both.Leaf
}

func TestTokensAreLongAndDiffer(t *testing.T) {
	one, other := NewAccount("a"), NewAccount("a")
	if len(one.Token) < 26 || one.Token == other.Token {
		t.Errorf("tokens are %q and %q", one.Token, other.Token)
	}
}

func TestTheTokenFileLeavesOutGroupsThatAreNone(t *testing.T) {
	got := string(TokenFile([]Account{{"root", []string{"system:masters", "b"}, "t1"}, {"dev", nil, "t2"}}))
	if want := "t1,root,root,\"system:masters,b\"\nt2,dev,dev\n"; got != want {
		t.Errorf("file is %q; want %q", got, want)
	}
}

func TestTheKubeconfigHasAContextForEachAccount(t *testing.T) {
	text, err := Kubeconfig("https://127.0.0.1:1", []byte("authority"), []Account{{Name: "root", Token: "t1"}, {Name: "dev", Token: "t2"}})
	if err != nil {
		t.Fatal(err)
	}
	config, err := clientcmd.Load(text)
	if err != nil {
		t.Fatal(err)
	}
	if config.CurrentContext != "root" {
		t.Errorf("current context is %q; want root", config.CurrentContext)
	}
	for name, token := range map[string]string{"root": "t1", "dev": "t2"} {
		rest, err := clientcmd.NewNonInteractiveClientConfig(*config, name, nil, nil).ClientConfig()
		if err != nil {
			t.Fatal(err)
		}
		if rest.BearerToken != token || rest.Host != "https://127.0.0.1:1" || string(rest.CAData) != "authority" || rest.Insecure {
			t.Errorf("context %s leads to %s with token %q, authority %q, insecure %v", name, rest.Host, rest.BearerToken, rest.CAData, rest.Insecure)
		}
	}
}
