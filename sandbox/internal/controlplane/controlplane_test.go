package controlplane

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"trueup.dev/sandbox/internal/credentials"
)

func TestFreePortsAreFourDifferentOnes(t *testing.T) {
	ports, err := FreePorts()
	if err != nil {
		t.Fatal(err)
	}
	different := map[int]bool{ports.APIServer: true, ports.EtcdClient: true, ports.EtcdPeer: true, ports.Kubelet: true}
	if len(different) != 4 || different[0] {
		t.Errorf("ports are %+v", ports)
	}
}

func TestTheFolderIsClosedToOthers(t *testing.T) {
	folder := Folder(filepath.Join(t.TempDir(), "new"))
	if err := WriteFiles(folder, Ports{APIServer: 1}, []credentials.Account{credentials.NewAccount("sandbox")}); err != nil {
		t.Fatal(err)
	}
	err := filepath.Walk(string(folder), func(path string, info os.FileInfo, err error) error {
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestEveryFileThatAnArgumentNamesIsWritten(t *testing.T) {
	folder, ports := Folder(t.TempDir()), Ports{}
	if err := WriteFiles(folder, ports, []credentials.Account{credentials.NewAccount("sandbox")}); err != nil {
		t.Fatal(err)
	}
	arguments := APIServerArguments(folder, ports, nil)
	arguments = append(arguments, ControllerManagerArguments(folder, nil)...)
	arguments = append(arguments, SchedulerArguments(folder)...)
	arguments = append(arguments, KubeletArguments(folder, ports)...)
	for _, argument := range arguments {
		_, path, _ := strings.Cut(argument, "=")
		if !strings.HasPrefix(path, string(folder)) {
			continue
		}
		if _, err := os.Stat(path); err != nil {
			t.Errorf("%s: %v", argument, err)
		}
	}
}

func TestClearLeavesOnlyTheLock(t *testing.T) {
	folder := Folder(t.TempDir())
	if err := os.WriteFile(folder.Lock(), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(folder.Logs(), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := folder.Clear(); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(string(folder))
	if err != nil || len(entries) != 1 || entries[0].Name() != "lock" {
		t.Errorf("the folder holds %v, %v; want only the lock", entries, err)
	}
}
