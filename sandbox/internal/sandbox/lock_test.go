package sandbox

import (
	"os"
	"path/filepath"
	"testing"

	"trueup.dev/sandbox/internal/controlplane"
)

func expectState(t *testing.T, folder controlplane.Folder, want State, wantPID int) {
	t.Helper()
	state, pid, err := Find(folder)
	if err != nil || state != want || pid != wantPID {
		t.Errorf("Find = %v, %d, %v; want %v, %d", state, pid, err, want, wantPID)
	}
}

func TestAFolderIsRunningWhileItsLockIsHeldAndDeadAfterwards(t *testing.T) {
	folder := controlplane.Folder(t.TempDir())
	expectState(t, folder, Foreign, 0)
	file, err := lock(folder)
	if err != nil {
		t.Fatal(err)
	}
	expectState(t, folder, Running, os.Getpid())
	if _, err := lock(folder); err == nil {
		t.Error("the folder could be locked twice")
	}
	file.Close()
	expectState(t, folder, Dead, os.Getpid())
}

func TestAFolderOfSomebodyElseIsForeign(t *testing.T) {
	folder := controlplane.Folder(t.TempDir())
	if err := os.WriteFile(folder.Lock(), []byte("42\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	expectState(t, folder, Foreign, 0)
	expectState(t, controlplane.Folder(filepath.Join(string(folder), "missing")), Foreign, 0)
	expectState(t, controlplane.Folder(folder.Lock()), Foreign, 0)
}

func TestARecordIsReadAsItWasWritten(t *testing.T) {
	folder := controlplane.Folder(t.TempDir())
	want := Record{Dir: string(folder), PID: 7, PIDs: map[string]int{"etcd": 8}, Users: map[string]string{"dev": "dev"}, ReadyMs: 9}
	if err := want.write(folder); err != nil {
		t.Fatal(err)
	}
	got, err := ReadRecord(folder)
	if err != nil || got.Dir != want.Dir || got.PID != 7 || got.PIDs["etcd"] != 8 || got.Users["dev"] != "dev" || got.ReadyMs != 9 {
		t.Errorf("ReadRecord = %+v, %v; want %+v", got, err, want)
	}
	if info, err := os.Stat(folder.Record()); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the record's mode is %v, %v; want 0600", info.Mode(), err)
	}
}
