// Package sandbox starts, watches and stops a control plane, and finds one that runs.
package sandbox

import (
	"encoding/json"
	"fmt"
	"os"

	"trueup.dev/sandbox/internal/controlplane"
)

// Record describes a sandbox that is ready: what `start` prints and DIR/sandbox.json holds.
type Record struct {
	Kubeconfig string         `json:"kubeconfig"`
	Context    string         `json:"context"`
	Server     string         `json:"server"`
	Dir        string         `json:"dir"`
	Version    string         `json:"version"`
	PID        int            `json:"pid"`
	PIDs       map[string]int `json:"pids"`
	// Users are the contexts of all users but the administrator, by the user's name.
	Users map[string]string `json:"users"`
	// ReadyMs is how many milliseconds it took to get ready.
	ReadyMs int64 `json:"readyMs"`
}

// ReadRecord reads what the sandbox in this folder wrote when it was ready.
func ReadRecord(folder controlplane.Folder) (Record, error) {
	text, err := os.ReadFile(folder.Record())
	if err != nil {
		return Record{}, fmt.Errorf("read the sandbox's record: %w", err)
	}
	var record Record
	if err := json.Unmarshal(text, &record); err != nil {
		return Record{}, fmt.Errorf("read the sandbox's record: %s: %w", folder.Record(), err)
	}
	return record, nil
}

// write replaces the record in one step, so that no reader sees half of it.
func (r Record) write(folder controlplane.Folder) error {
	text, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("encode the sandbox's record: %w", err)
	}
	draft := folder.Record() + ".new"
	if err := os.WriteFile(draft, append(text, '\n'), 0o600); err != nil {
		return fmt.Errorf("write the sandbox's record: %w", err)
	}
	if err := os.Rename(draft, folder.Record()); err != nil {
		return fmt.Errorf("write the sandbox's record: %w", err)
	}
	return nil
}
