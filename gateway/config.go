package gateway

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// ConfigFile is the name of the settings in a gateway's home.
const ConfigFile = "gateway.yaml"

// Config is everything that can be set. Default is good for a local network.
type Config struct {
	// ChainID is the live chain's id. Empty takes the node's at each start: set it in
	// production.
	ChainID string `yaml:"chain_id"`
	// Node is the URL of the CometBFT RPC of a node that you trust, best your own.
	Node string `yaml:"node"`
	// GasPrice is what the gateway's own transactions pay for a unit of gas.
	GasPrice string `yaml:"gas_price"`
	// Listen is host and port; put a TLS proxy before anything but loopback.
	Listen string `yaml:"listen"`
	// PublicURL is where clients reach the gateway: scheme, host and port. Logins are
	// bound to it. Empty means http and Listen.
	PublicURL string `yaml:"public_url"`
	// BehindProxy takes a client's address from the last X-Forwarded-For.
	BehindProxy bool `yaml:"behind_proxy"`
	// Bucket is the gocloud.dev URL of where sealed files are kept. Empty means the
	// folder "objects" of the home.
	Bucket string `yaml:"bucket"`
	// MaxLag is how old the node's latest block may be for anything to be decided.
	MaxLag time.Duration `yaml:"max_lag"`
	// Turn is how often the gateway looks at the chain for its own work.
	Turn time.Duration `yaml:"turn"`
	// Heartbeat is how often the access log is anchored on chain.
	Heartbeat time.Duration `yaml:"heartbeat"`
	// Uploads are the limits of uploads.
	Uploads UploadConfig `yaml:"uploads"`
	// Rates are how many calls one network address may make.
	Rates RateConfig `yaml:"rates"`
	// Sponsor is what the gateway's account pays for patients.
	Sponsor SponsorConfig `yaml:"sponsor"`
}

// SponsorConfig limits the fee allowances that patients get.
type SponsorConfig struct {
	// PerDay is how many accounts get one in a day, of which PerAddress may come from one
	// network address; 0 for none.
	PerDay     int `yaml:"per_day"`
	PerAddress int `yaml:"per_address"`
	// Spend is what the fees of one account may come to in a day, such as 1000000uvol.
	Spend string `yaml:"spend"`
}

// UploadConfig limits uploads.
type UploadConfig struct {
	// MaxBytes of one object.
	MaxBytes int64 `yaml:"max_bytes"`
	// QuotaBytes an account may hold that no registration names.
	QuotaBytes int64 `yaml:"quota_bytes"`
	// StagingBytes is what all accounts together may hold that no registration names,
	// counting uploads under way by their announced length.
	StagingBytes int64 `yaml:"staging_bytes"`
	// Active requests that send bytes, and of one account.
	Active     int `yaml:"active"`
	PerAccount int `yaml:"per_account"`
	// Keep is how long what no registration names is kept.
	Keep time.Duration `yaml:"keep"`
}

// RateConfig limits calls a second, with bursts, for each network address.
type RateConfig struct {
	Calls      float64 `yaml:"calls"`
	CallsBurst int     `yaml:"calls_burst"`
	Chain      float64 `yaml:"chain"`
	ChainBurst int     `yaml:"chain_burst"`
	Login      float64 `yaml:"login"`
	LoginBurst int     `yaml:"login_burst"`
}

// Default is a gateway on loopback for the network of `volens demo`.
func Default() Config {
	return Config{
		Node:      "http://127.0.0.1:26657",
		Listen:    "127.0.0.1:8080",
		MaxLag:    10 * time.Second,
		Turn:      time.Second,
		Heartbeat: time.Minute,
		Uploads: UploadConfig{
			MaxBytes:     256 << 30,
			QuotaBytes:   512 << 30,
			StagingBytes: 2 << 40,
			Active:       64,
			PerAccount:   4,
			Keep:         24 * time.Hour,
		},
		Rates:   RateConfig{Calls: 50, CallsBurst: 500, Chain: 200, ChainBurst: 2000, Login: 10, LoginBurst: 200},
		Sponsor: SponsorConfig{PerDay: 1000, PerAddress: 100, Spend: "1000000uvol"},
	}
}

// LoadConfig reads gateway.yaml of a home; keys it does not know are errors.
func LoadConfig(home string) (Config, error) {
	raw, err := os.ReadFile(filepath.Join(home, ConfigFile))
	if err != nil {
		return Config{}, fmt.Errorf("read settings: %w", err)
	}
	c := Default()
	decoder := yaml.NewDecoder(bytes.NewReader(raw))
	decoder.KnownFields(true)
	if err := decoder.Decode(&c); err != nil && !errors.Is(err, io.EOF) {
		return Config{}, fmt.Errorf("read settings: %w", err)
	}
	return c, nil
}

// Validate reports the first setting that makes no sense.
func (c Config) Validate() error {
	if _, _, err := net.SplitHostPort(c.Listen); err != nil {
		return fmt.Errorf("listen %q is not host:port", c.Listen)
	}
	u, err := url.Parse(c.Origin())
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.Scheme+"://"+u.Host != c.Origin() {
		return fmt.Errorf("public_url %q is not scheme, host and port", c.PublicURL)
	}
	for _, d := range []struct {
		name  string
		value time.Duration
	}{
		{"max_lag", c.MaxLag},
		{"turn", c.Turn},
		{"heartbeat", c.Heartbeat},
		{"uploads.keep", c.Uploads.Keep},
	} {
		if d.value <= 0 {
			return fmt.Errorf("%s must be above 0", d.name)
		}
	}
	return errors.Join(c.Uploads.validate(), c.Rates.validate(), c.Sponsor.validate())
}

func (u UploadConfig) validate() error {
	if u.MaxBytes < 1 || u.QuotaBytes < u.MaxBytes || u.StagingBytes < u.MaxBytes {
		return errors.New("uploads: want 1 <= max_bytes <= quota_bytes and staging_bytes")
	}
	if u.PerAccount < 1 || u.Active < u.PerAccount {
		return errors.New("uploads: want 1 <= per_account <= active")
	}
	return nil
}

func (s SponsorConfig) validate() error {
	if s.PerDay < 0 || s.PerDay > 0 && s.PerAddress < 1 {
		return errors.New("sponsor: want 0 <= per_day, and 1 <= per_address")
	}
	if spend, err := s.coins(); err != nil || s.PerDay > 0 && !spend.IsAllPositive() {
		return fmt.Errorf("sponsor: spend %q is not an amount of coins", s.Spend)
	}
	return nil
}

func (s SponsorConfig) coins() (sdk.Coins, error) { return sdk.ParseCoinsNormalized(s.Spend) }

func (r RateConfig) validate() error {
	if r.Calls <= 0 || r.Chain <= 0 || r.Login <= 0 || r.CallsBurst < 1 || r.ChainBurst < 1 || r.LoginBurst < 1 {
		return errors.New("rates must be above 0")
	}
	return nil
}

// Origin is where clients reach the gateway.
func (c Config) Origin() string {
	if c.PublicURL != "" {
		return strings.TrimSuffix(c.PublicURL, "/")
	}
	return "http://" + c.Listen
}

// host is what stands in drs:// URIs.
func (c Config) host() string {
	u, err := url.Parse(c.Origin())
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Hostname())
}
