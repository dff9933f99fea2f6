package walk

import (
	"bytes"
	"context"
	"crypto/sha256"
	_ "embed" // The consent texts.
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/volens-network/volens/core/duo"
	"github.com/volens-network/volens/core/merkle"
	"github.com/volens-network/volens/devnet"
)

// Denom is what requests are paid in.
const Denom = "uusd"

// What the people of a town begin with. One unit is 10^6 of the smallest coins.
const (
	researcherCoins = "1000000000000uusd,1000000uvol"
	hospitalCoins   = "1000000000uvol"
	officeCoins     = "1000000uvol"
	hospitalBond    = "1000000000uusd"
	gatewayBond     = "1000000000000uusd"
	noBond          = "0uusd"

	country = "NO"
)

// The plain texts that the patients of a town are shown. The web app has them by their digests, in web/public/consent.
var (
	//go:embed consent/en.txt
	consentEnglish []byte
	//go:embed consent/es.txt
	consentSpanish []byte
)

// diseases is the town's codebook: each line is a disease and what it is a kind of.
var diseases = [][2]string{
	{"MONDO:0005015", "MONDO:0000001"}, // diabetes mellitus, disease
	{"MONDO:0005147", "MONDO:0005015"}, // type 1 diabetes
	{"MONDO:0005148", "MONDO:0005015"}, // type 2 diabetes
}

// codebookVersion names the codebook.
const codebookVersion = "town-1"

// gatewayKeys are what `volens-gateway init` says of itself.
type gatewayKeys struct {
	Address   string `json:"address"`
	Recipient string `json:"recipient"`
}

// initGateway lets the gateway draw its keys.
func (t *Town) initGateway(ctx context.Context) error {
	cmd := exec.CommandContext(ctx, t.options.Programs.Gateway, "init",
		"--home", filepath.Join(t.spec.Dir, "gateway"), "--node", t.rpc(0),
		"--listen", t.spec.GatewayListen(), "--public-url", t.spec.GatewayURL(), "--output", "json")
	var words bytes.Buffer
	cmd.Stderr = &words
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("make the gateway's keys: %w: %s", err, bytes.TrimSpace(words.Bytes()))
	}
	if err := json.Unmarshal(out, &t.gateway); err != nil {
		return fmt.Errorf("read the gateway's keys: %w", err)
	}
	return nil
}

// populate writes accounts, organisations, the consent text and the codebook into the spec.
func (t *Town) populate() {
	for role, coins := range map[string]string{
		Researcher: researcherCoins, Hospital: hospitalCoins, Ethics: officeCoins, University: officeCoins,
	} {
		t.spec.Accounts = append(t.spec.Accounts, devnet.Account{Address: t.people[role].Address, Coins: coins})
	}
	t.spec.Accounts = append(t.spec.Accounts, devnet.Account{Address: t.gateway.Address, Coins: officeCoins})
	for _, o := range []devnet.Organisation{
		{Address: t.people[Hospital].Address, Kind: "HOSPITAL", Roles: []string{"ATTESTOR"}, Bond: hospitalBond},
		{Address: t.people[Ethics].Address, Kind: "NONPROFIT", Roles: []string{"ETHICS"}, Bond: noBond},
		{Address: t.people[University].Address, Kind: "UNIVERSITY", Roles: []string{"INSTITUTION"}, Bond: noBond},
		{
			Address: t.gateway.Address, Kind: "NONPROFIT", Roles: []string{"GATEWAY"}, Bond: gatewayBond,
			BaseURL: t.spec.GatewayURL(), Recipient: t.gateway.Recipient,
		},
	} {
		o.Country = country
		t.spec.Organisations = append(t.spec.Organisations, o)
	}
	english, spanish := sha256.Sum256(consentEnglish), sha256.Sum256(consentSpanish)
	t.spec.Templates = []devnet.Template{
		{ID: "town", Language: "en", SHA256: english[:]},
		{ID: "town", Language: "es", SHA256: spanish[:]},
	}
	leaves := make([]merkle.Hash, len(diseases))
	for i, edge := range diseases {
		leaves[i] = merkle.Leaf(duo.EdgeLeaf(edge[0], edge[1]))
	}
	t.spec.Codebooks = []devnet.Codebook{
		{Version: codebookVersion, Root: merkle.Root(leaves).Bytes(), Size: uint64(len(leaves))},
	}
}

// kindName is how a summary calls a kind of dataset.
func kindName(short string) string { return strings.ToUpper(strings.ReplaceAll(short, "-", "_")) }
