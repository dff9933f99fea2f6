package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/volens-network/volens/client"
	"github.com/volens-network/volens/client/chain"
	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/client/home"
)

// proxyPath is where a gateway offers the chain.
const proxyPath = "/chain"

// openHome opens the user's folder.
func (e *env) openHome() (*home.Home, error) {
	if e.opened != nil {
		return e.opened, nil
	}
	h, err := home.Open(e.home)
	if err != nil {
		return nil, err
	}
	if e.workFactor > 0 {
		if err := h.SetWorkFactor(e.workFactor); err != nil {
			return nil, err
		}
	}
	e.opened = h
	return h, nil
}

// key is the wallet and account that --from names, or the only wallet there is.
func (e *env) key(h *home.Home) (wallet, account string, err error) {
	if e.from != "" {
		return home.ParseKey(e.from)
	}
	all, err := h.Wallets()
	if err != nil {
		return "", "", err
	}
	switch len(all) {
	case 0:
		return "", "", fault.E(fault.NotFound, "there is no wallet: make one with \"volens keys new\"")
	case 1:
		return all[0].Name, home.MainAccount, nil
	default:
		var names []string
		for _, w := range all {
			names = append(names, w.Name)
		}
		return "", "", fault.E(fault.Usage, "there are several wallets: choose one of %s with --from",
			strings.Join(names, ", "))
	}
}

// unlock opens the wallet that --from names.
func (e *env) unlock() (*home.Wallet, string, error) {
	h, err := e.openHome()
	if err != nil {
		return nil, "", err
	}
	name, account, err := e.key(h)
	if err != nil {
		return nil, "", err
	}
	wallet, err := e.open(h, name)
	return wallet, account, err
}

// open unlocks a wallet; it is closed when the program ends.
func (e *env) open(h *home.Home, name string) (*home.Wallet, error) {
	for _, w := range e.wallets {
		if w.Name() == name {
			return w, nil
		}
	}
	passphrase, err := e.passphrase()
	if err != nil {
		return nil, err
	}
	w, err := h.Unlock(name, passphrase)
	if err != nil {
		return nil, err
	}
	e.wallets = append(e.wallets, w)
	return w, nil
}

// look is a session that only reads. A wallet comes with it if --from names one.
func (e *env) look() (*client.Session, error) {
	h, err := e.openHome()
	if err != nil {
		return nil, err
	}
	config, err := h.Config()
	if err != nil {
		return nil, err
	}
	gateway := first(e.gateway, config.Gateway)
	node := first(e.node, config.Node)
	if node == "" && gateway != "" {
		node = strings.TrimSuffix(gateway, "/") + proxyPath
	}
	c, err := chain.New(node, chain.Options{ChainID: config.ChainID, GasPrice: e.gasPrice})
	if err != nil {
		return nil, err
	}
	trust, err := trustOf(config.Trust)
	if err != nil {
		return nil, err
	}
	if trust == nil && !loopback(first(node, chain.DefaultNode)) {
		e.warn("%s is believed without a proof: name a header that you trust (\"trust\" in the settings), "+
			"so that files are sealed to nothing but what the chain's validators signed", first(node, chain.DefaultNode))
	}
	s := &client.Session{
		Home: h, Dir: e.home, Chain: c, HTTP: http.DefaultClient, Gateway: gateway,
		Trust: trust, Rand: e.rand, Now: e.now, Progress: progress{e}, Version: e.version,
	}
	if e.from == "" {
		return s, nil
	}
	s.Wallet, s.Account, err = e.unlock()
	return s, err
}

// loopback reports whether a node's address is this machine's own.
func loopback(node string) bool {
	at, err := url.Parse(node)
	if err != nil || at.Host == "" {
		if at, err = url.Parse("tcp://" + node); err != nil {
			return false
		}
	}
	host := at.Hostname()
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// trustOf reads the trusted header of the settings; there may be none.
func trustOf(text string) (*client.Trust, error) {
	if text == "" {
		return nil, nil //nolint:nilnil // nobody is trusted
	}
	anchor, err := chain.ParseAnchor(text)
	if err != nil {
		return nil, err
	}
	return &client.Trust{Anchor: anchor}, nil
}

// session is a session that signs.
func (e *env) session() (*client.Session, error) {
	s, err := e.look()
	if err != nil {
		return nil, err
	}
	if s.Wallet == nil {
		if s.Wallet, s.Account, err = e.unlock(); err != nil {
			return nil, err
		}
	}
	if e.sponsor == "" {
		return s, nil
	}
	name, account, err := home.ParseKey(e.sponsor)
	if err != nil {
		return nil, err
	}
	wallet, err := e.open(s.Home, name)
	if err != nil {
		return nil, fmt.Errorf("sponsor: %w", err)
	}
	signer, err := wallet.Signer(account)
	if err != nil {
		return nil, fmt.Errorf("sponsor: %w", err)
	}
	s.Sponsor = client.KeySponsor{Chain: s.Chain, Signer: signer}
	return s, nil
}

// signing opens a session that signs and hands it to a verb.
func (e *env) signing(ctx context.Context, verb func(context.Context, *client.Session) error) error {
	s, err := e.session()
	if err != nil {
		return err
	}
	return verb(ctx, s)
}

// looking opens a session that reads and hands it to a verb.
func (e *env) looking(ctx context.Context, verb func(context.Context, *client.Session) error) error {
	s, err := e.look()
	if err != nil {
		return err
	}
	return verb(ctx, s)
}

// remindBackup warns before something depends on words that only this machine knows.
func (e *env) remindBackup(s *client.Session) error {
	if s.Wallet.BackedUp() {
		return nil
	}
	e.warn("the 24 words of wallet %s are not backed up: without them this dataset is lost with this machine; "+
		"write them down (volens keys export), then run \"volens keys confirm\"", s.Wallet.Name())
	return e.confirm("go on without a backup")
}

// close forgets every secret.
func (e *env) close() error {
	var err error
	for _, w := range e.wallets {
		if failed := w.Close(); err == nil {
			err = failed
		}
	}
	if e.opened == nil {
		return err
	}
	if failed := e.opened.Close(); err == nil {
		err = failed
	}
	return err
}

func first(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}
