package walk

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/volens-network/volens/client"
	"github.com/volens-network/volens/client/chain"
	"github.com/volens-network/volens/client/home"
)

// The people of a town; each has a home of that name below the folder "people", and in it
// a wallet of that name.
const (
	Patient    = "patient"
	Hospital   = "hospital"
	Ethics     = "ethics"
	University = "university"
	Researcher = "researcher"
)

const (
	// Passphrase opens every wallet of a town. It stands in the file PassphraseFile of
	// the town's folder, for the command line.
	Passphrase = "a town of a local network" //nolint:gosec // these wallets keep nothing from anybody
	// PassphraseFile is the name of that file.
	PassphraseFile = "passphrase"

	peopleFolder = "people"
	// workFactor is low: the wallets of a town keep nothing from anybody.
	workFactor = 8
	folderMode = 0o700
	fileMode   = 0o600
)

// Person is somebody with a wallet and a way to the chain.
type Person struct {
	*client.Session

	// Address is of the person's main account.
	Address string
}

// HomeOf is the folder of somebody's wallet, for the flag --home of volens.
func (t *Town) HomeOf(role string) string { return filepath.Join(t.options.Dir, peopleFolder, role) }

// Person is somebody of the town, by role.
func (t *Town) Person(role string) *Person { return t.people[role] }

// settle gives a person a home, a wallet and a session. Nothing is sent.
func (t *Town) settle(role string) error {
	c, err := t.peopleClient()
	if err != nil {
		return err
	}
	dir := t.HomeOf(role)
	h, err := home.Open(dir)
	if err != nil {
		return fmt.Errorf("home of %s: %w", role, err)
	}
	wallet, err := t.wallet(h, role)
	if err == nil {
		err = h.SetConfig(home.Config{Node: t.rpc(0), ChainID: t.spec.ChainID})
	}
	if err != nil {
		return errors.Join(fmt.Errorf("wallet of %s: %w", role, err), h.Close())
	}
	main, err := wallet.Account(home.MainAccount)
	if err != nil {
		return errors.Join(err, wallet.Close(), h.Close())
	}
	t.people[role] = &Person{
		Address: main.Address,
		Session: &client.Session{
			Home: h, Dir: dir, Wallet: wallet, Chain: c, Rand: t.options.Rand, Now: t.options.Now,
			Progress: notes{report: t.options.Report, who: role}, Version: t.options.Version,
		},
	}
	return nil
}

// wallet makes a wallet whose words count as noted down.
func (t *Town) wallet(h *home.Home, name string) (*home.Wallet, error) {
	if err := h.SetWorkFactor(workFactor); err != nil {
		return nil, err
	}
	wallet, err := h.Create(name, Passphrase, t.options.Rand)
	if err != nil {
		return nil, err
	}
	if err := wallet.ConfirmBackup(wallet.Words()); err != nil {
		return nil, errors.Join(err, wallet.Close())
	}
	return wallet, nil
}

// peopleClient asks whom Options name, or validator 0.
func (t *Town) peopleClient() (*chain.Client, error) {
	if t.options.Node == nil {
		return t.chainClient(0)
	}
	node, err := t.options.Node(t.spec)
	if err != nil {
		return nil, err
	}
	return chain.New(t.rpc(0), chain.Options{ChainID: t.spec.ChainID, Poll: poll, Node: node})
}

// chainClient asks validator i.
func (t *Town) chainClient(i int) (*chain.Client, error) {
	return chain.New(t.rpc(i), chain.Options{ChainID: t.spec.ChainID, Poll: poll})
}

// closePeople forgets all secrets.
func (t *Town) closePeople() error {
	var errs []error
	for _, p := range t.people {
		errs = append(errs, p.Wallet.Close(), p.Home.Close())
	}
	clear(t.people)
	return errors.Join(errs...)
}
