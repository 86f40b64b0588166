package kubelet

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"trueup.dev/sandbox/internal/podlog"
)

// logServer answers the API server's requests to a kubelet, of which it knows only those for logs.
type logServer struct {
	client kubernetes.Interface
}

// files are what the server proves itself with, and what the API server must.
type files struct {
	authority   string
	certificate string
	key         string
}

// listen opens the port, so that a port which is taken is known before anything else happens.
func listen(port int, files files) (net.Listener, error) {
	certificate, err := tls.LoadX509KeyPair(files.certificate, files.key)
	if err != nil {
		return nil, fmt.Errorf("read the kubelet's certificate: %w", err)
	}
	authority, err := os.ReadFile(files.authority)
	if err != nil {
		return nil, fmt.Errorf("read the certificate authority: %w", err)
	}
	clients := x509.NewCertPool()
	clients.AppendCertsFromPEM(authority)
	listener, err := tls.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), &tls.Config{
		Certificates: []tls.Certificate{certificate},
		ClientCAs:    clients,
		ClientAuth:   tls.RequireAndVerifyClientCert,
	})
	if err != nil {
		return nil, fmt.Errorf("serve logs: %w", err)
	}
	return listener, nil
}

func (s *logServer) serve(listener net.Listener) error {
	routes := http.NewServeMux()
	routes.HandleFunc("GET /containerLogs/{namespace}/{pod}/{container}", s.logs)
	routes.HandleFunc("/", func(answer http.ResponseWriter, _ *http.Request) {
		http.Error(answer, "the sandbox runs no containers: it only serves their logs", http.StatusNotImplemented)
	})
	server := &http.Server{Handler: routes, ReadHeaderTimeout: 10 * time.Second}
	return fmt.Errorf("serve logs: %w", server.Serve(listener))
}

func (s *logServer) logs(answer http.ResponseWriter, request *http.Request) {
	options, err := podlog.ReadOptions(request.URL.Query())
	if err != nil {
		http.Error(answer, err.Error(), http.StatusBadRequest)
		return
	}
	namespace, name, container := request.PathValue("namespace"), request.PathValue("pod"), request.PathValue("container")
	pod, err := s.client.CoreV1().Pods(namespace).Get(request.Context(), name, metav1.GetOptions{})
	if err != nil {
		http.Error(answer, err.Error(), http.StatusNotFound)
		return
	}
	lines, err := podlog.Of(pod, container, options.Previous)
	if err != nil {
		http.Error(answer, err.Error(), http.StatusBadRequest)
		return
	}
	answer.Header().Set("Content-Type", "text/plain")
	_, _ = io.WriteString(answer, podlog.Select(lines, options, time.Now()))
	if options.Follow && !options.Previous {
		_ = http.NewResponseController(answer).Flush()
		s.waitForEnd(request.Context(), pod, container)
	}
}

// waitForEnd returns when the container logs no more, the pod is gone or the reader is.
func (s *logServer) waitForEnd(ctx context.Context, pod *corev1.Pod, container string) {
	for !podlog.IsOver(pod, container) {
		select {
		case <-ctx.Done():
			return
		case <-time.After(250 * time.Millisecond):
		}
		current, err := s.client.CoreV1().Pods(pod.Namespace).Get(ctx, pod.Name, metav1.GetOptions{})
		if apierrors.IsNotFound(err) || (err == nil && current.UID != pod.UID) {
			return
		} else if err == nil {
			pod = current
		}
	}
}
