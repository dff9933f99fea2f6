package walk

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"path/filepath"

	"github.com/volens-network/volens/client"
)

// openWithAge opens a released file with an unmodified age, which finds our plugin beside
// it and asks neither the chain nor a gateway.
func (s *Story) openWithAge(ctx context.Context, d *set, folder string) error {
	identity := filepath.Join(folder, "identity.txt")
	out, err := s.people[Researcher].Fetch(ctx, client.FetchOptions{
		RequestID: s.request, Seat: d.seat, Out: folder, Identity: identity,
	})
	if err != nil {
		return err
	}
	opened := filepath.Join(folder, "opened-by-age")
	cmd := exec.CommandContext(ctx, s.options.Programs.Age, "-d", "-i", identity, "-o", opened, out.Ciphertext)
	cmd.Env = []string{"PATH=" + s.options.Programs.Plugin}
	if words, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("age -d: %w: %s", err, bytes.TrimSpace(words))
	}
	digest, err := digestOf(opened)
	if err != nil {
		return err
	}
	if digest != d.summary.PlaintextSHA256 {
		return broken("age opened dataset %s as %s, sealed was %s", d.id, digest, d.summary.PlaintextSHA256)
	}
	return nil
}
