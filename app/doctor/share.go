package doctor

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/volens-network/volens/x/custody/share"
)

// custodyFolder is app.CustodyFolder, below the home.
const custodyFolder = "custody"

// ownShare looks whether what the node would emit with is there and whole. It opens the
// folder only where there is one: opening makes it.
func ownShare(p Patient) Finding {
	dir := filepath.Join(p.Home, custodyFolder)
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) || err == nil && len(entries) == 0 {
		return bad(Warning, "none: this home never took part in a run",
			"a new validator gets its shares in the next run; until then its votes carry none")
	}
	if err != nil {
		return bad(Fault, "the custody folder cannot be read", "run the doctor as the user that the node runs as")
	}
	keyID, epoch := newest(entries)
	if p.Status != nil && p.Status.Epoch > 0 {
		keyID, epoch = p.Status.KeyID, p.Status.Epoch
	}
	if epoch == 0 {
		return bad(Warning, "no share yet", "a new validator gets its shares in the next run")
	}
	store, err := share.Open(dir, rand.Reader)
	if err == nil {
		var indices []int
		if indices, err = store.Inspect(keyID, epoch); err == nil {
			return well(fmt.Sprintf("indices %v of key %d epoch %d, with their guard", indices, keyID, epoch))
		}
	}
	return bad(Fault, fmt.Sprintf("the share of key %d epoch %d or its guard is not usable", keyID, epoch),
		"leave the folder as it is and let the node run: it validates without shares, and gets new ones in the next "+
			"epoch; never restore the folder from a backup")
}

// newest is the last key and epoch of which there is a share file.
func newest(entries []os.DirEntry) (keyID, epoch uint64) {
	for _, entry := range entries {
		var k, e uint64
		n, err := fmt.Sscanf(entry.Name(), "share-%d-%d", &k, &e)
		if err == nil && n == 2 && (k > keyID || k == keyID && e > epoch) {
			keyID, epoch = k, e
		}
	}
	return keyID, epoch
}
