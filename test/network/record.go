package network

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"
)

const (
	fileMode   = 0o600
	folderMode = 0o700
)

// Fault is one thing that was done to a network.
type Fault struct {
	Campaign string    `json:"campaign"`
	Seed     uint64    `json:"seed"`
	Commit   string    `json:"commit"`
	N        int       `json:"n"`
	Time     time.Time `json:"time"`
	Fault    string    `json:"fault"`
	// Node is the one it was done to, -1 for the gateway; Height what the network had.
	Node   int   `json:"node"`
	Height int64 `json:"height"`
}

// Result is what came of a campaign: one JSON file, kept for the long runs in results/.
type Result struct {
	Campaign   string         `json:"campaign"`
	Seed       uint64         `json:"seed"`
	Commit     string         `json:"commit"`
	Kernel     string         `json:"kernel"`
	Go         string         `json:"go"`
	Validators int            `json:"validators"`
	Started    time.Time      `json:"started"`
	Seconds    float64        `json:"seconds"`
	Faults     map[string]int `json:"faults"`
	Verdict    *Verdict       `json:"verdict,omitempty"`
	// Rows are what a matrix found, one for each behaviour.
	Rows any `json:"rows,omitempty"`
	// Notes are measured values that gate nothing, such as seconds.
	Notes map[string]float64 `json:"notes,omitempty"`
}

// Record is the diary of a campaign: a line for each fault, and the result at its end.
type Record struct {
	mu     sync.Mutex
	dir    string
	result Result
}

// NewRecord begins the diary of a campaign in a folder.
func NewRecord(dir, campaign string, seed uint64, validators int) (*Record, error) {
	if err := os.MkdirAll(dir, folderMode); err != nil {
		return nil, err
	}
	r := &Record{dir: dir, result: Result{
		Campaign: campaign, Seed: seed, Commit: commit(), Kernel: kernel(), Go: runtime.Version(),
		Validators: validators, Started: time.Now().UTC().Truncate(time.Second),
		Faults: map[string]int{}, Notes: map[string]float64{},
	}}
	if err := os.Remove(r.faultFile()); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	return r, nil
}

func (r *Record) faultFile() string { return filepath.Join(r.dir, r.result.Campaign+".faults.jsonl") }

// Fault writes one line. It numbers the faults and adds who and when.
func (r *Record) Fault(f Fault) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.result.Faults[f.Fault]++
	f.Campaign, f.Seed, f.Commit, f.Time = r.result.Campaign, r.result.Seed, r.result.Commit, time.Now().UTC()
	for _, count := range r.result.Faults {
		f.N += count
	}
	line, err := json.Marshal(f)
	if err != nil {
		return err
	}
	file, err := os.OpenFile(r.faultFile(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, fileMode)
	if err != nil {
		return err
	}
	_, err = file.Write(append(line, '\n'))
	return errors.Join(err, file.Close())
}

// Keep copies the logs of a site that failed, before its folder goes.
func (r *Record) Keep(dir string) error {
	logs, err := filepath.Glob(filepath.Join(dir, "*.log"))
	if err != nil {
		return err
	}
	for _, log := range logs {
		raw, err := os.ReadFile(log)
		if err != nil {
			return err
		}
		name := r.result.Campaign + "." + filepath.Base(log)
		if err := os.WriteFile(filepath.Join(r.dir, name), raw, fileMode); err != nil {
			return err
		}
	}
	return nil
}

// Note keeps a measured value.
func (r *Record) Note(name string, value float64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.result.Notes[name] = value
}

// Close writes the result.
func (r *Record) Close(verdict *Verdict, rows any) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.result.Verdict, r.result.Rows = verdict, rows
	r.result.Seconds = time.Since(r.result.Started).Round(time.Second).Seconds()
	raw, err := json.MarshalIndent(r.result, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(r.dir, r.result.Campaign+".json"), append(raw, '\n'), fileMode)
}

// commit is the commit of the tree, with a mark when files differ from it.
func commit() string {
	out, err := exec.CommandContext(context.Background(), "git", "describe", "--always", "--abbrev=40", "--dirty", "--exclude=*").
		Output()
	if err != nil {
		return fmt.Sprintf("unknown: %v", err)
	}
	return strings.TrimSpace(string(out))
}

func kernel() string {
	raw, err := os.ReadFile("/proc/sys/kernel/osrelease")
	if err != nil {
		return runtime.GOOS
	}
	return strings.TrimSpace(string(raw))
}
