package keeper

import (
	"context"
	"errors"
	"strings"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	"github.com/volens-network/volens/core/duo"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/x/attestation"
	"github.com/volens-network/volens/x/consent"
	"github.com/volens-network/volens/x/dataset"
	"github.com/volens-network/volens/x/market"
)

// DecideRequest takes an owner's yes or no. A yes that the rules deny is refused with
// the reasons, and nothing is stored; one that they refer waits for the policy's
// ethics organisation. The latest answer counts until the request clears.
func (s msgServer) DecideRequest(
	ctx context.Context, msg *market.MsgDecideRequest,
) (*market.MsgDecideRequestResponse, error) {
	if err := msg.ValidateBasic(); err != nil {
		return nil, err
	}
	k := s.keeper
	request, r, err := k.deciding(ctx, msg.RequestId)
	if err != nil {
		return nil, err
	}
	of, err := k.owned(ctx, msg.DatasetId, msg.Owner)
	if err != nil {
		return nil, err
	}
	before, err := k.Decisions.Decisions.Get(ctx, collections.Join(request, of))
	if err != nil && !isNotFound(err) {
		return nil, err
	}
	d := market.Decision{
		RequestId: r.Id, DatasetId: msg.DatasetId, Owner: msg.Owner, Height: height(ctx),
	}
	if msg.Yes {
		err = k.sayYes(ctx, r, before, d)
	} else {
		err = k.sayNo(ctx, r, before, d)
	}
	if err != nil {
		return nil, err
	}
	return &market.MsgDecideRequestResponse{}, nil
}

// deciding returns a request on which patients decide now.
func (k *Keeper) deciding(ctx context.Context, text string) (id.ID, market.Request, error) {
	key, r, err := k.named(ctx, text)
	if err != nil {
		return key, r, err
	}
	if r.State != market.STATE_OPEN {
		return key, r, errorsmod.Wrapf(market.ErrState, "request %s is %s", text, r.State)
	}
	if height(ctx) > r.Spec.Deadline {
		return key, r, errorsmod.Wrapf(market.ErrDeadline, "of request %s was %d", text, r.Spec.Deadline)
	}
	return key, r, nil
}

// owned returns the id of a dataset that belongs to owner.
func (k *Keeper) owned(ctx context.Context, text, owner string) (id.ID, error) {
	of, err := id.Parse(text)
	if err != nil {
		return of, errorsmod.Wrapf(market.ErrInvalid, "dataset_id: %v", err)
	}
	d, err := k.left.Datasets.Dataset(ctx, of)
	if err != nil {
		return of, err
	}
	if d.Owner != owner {
		return of, errorsmod.Wrapf(market.ErrNotOwner, "dataset %s", text)
	}
	return of, nil
}

// sayNo takes back what stands, and remembers the no.
func (k *Keeper) sayNo(ctx context.Context, r market.Request, before, d market.Decision) error {
	if before.State == market.DECISION_STATE_NO {
		return errorsmod.Wrapf(market.ErrDecided, "no on %s for %s", r.Id, d.DatasetId)
	}
	if before.Refused() {
		return errorsmod.Wrapf(market.ErrDecided, "ethics refused %s for %s", r.Id, d.DatasetId)
	}
	d.Order = before.Order
	d.Explain(market.DECISION_STATE_NO)
	if before.State == market.DECISION_STATE_YES {
		r.Yes--
		if err := k.put(ctx, r); err != nil {
			return err
		}
	}
	return k.Decisions.set(ctx, d)
}

// sayYes stores a yes at the end of the queue, if it is permitted now.
func (k *Keeper) sayYes(ctx context.Context, r market.Request, before, d market.Decision) error {
	if before.Standing() || before.Refused() {
		return errorsmod.Wrapf(market.ErrDecided, "%s on %s for %s", before.State, r.Id, d.DatasetId)
	}
	if err := k.checkOwner(ctx, r, d); err != nil {
		return err
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	decision, version, err := k.evaluate(ctx, r, d)
	if err != nil {
		return err
	}
	d.ConsentVersion, d.Matures, d.Order = version, d.Height+params.OptOutWindow, r.Decided
	r.Decided++
	switch decision.Verdict {
	case duo.Allow:
		return k.stand(ctx, r, d)
	case duo.Refer:
		return k.refer(ctx, r, d, decision.Reasons, min(d.Height+params.ReferralWindow, r.Spec.Deadline))
	default:
		return errorsmod.Wrap(market.ErrDenied, joined(decision.Reasons))
	}
}

// checkOwner refuses a second dataset of one owner.
func (k *Keeper) checkOwner(ctx context.Context, r market.Request, d market.Decision) error {
	request, of, err := d.Keys()
	if err != nil {
		return err
	}
	owner, err := dataset.ParseAddress(d.Owner)
	if err != nil {
		return err
	}
	other, err := k.Decisions.Owners.Get(ctx, collections.Join(request, owner))
	if isNotFound(err) {
		return nil
	}
	if err == nil && string(other) != string(of[:]) {
		return errorsmod.Wrapf(market.ErrOwner, "%s in %s", d.Owner, r.Id)
	}
	return err
}

// stand puts a yes into the queue; the request is looked at when it has matured.
func (k *Keeper) stand(ctx context.Context, r market.Request, d market.Decision) error {
	request, err := r.ID()
	if err != nil {
		return err
	}
	d.State = market.DECISION_STATE_YES
	r.Yes++
	if err := k.put(ctx, r); err != nil {
		return err
	}
	at := max(d.Matures, height(ctx))
	if err := k.Agenda.add(ctx, at, item{task: taskLook, request: request}); err != nil {
		return err
	}
	return k.Decisions.set(ctx, d)
}

// refer stores a yes that the policy's ethics organisation must approve.
func (k *Keeper) refer(
	ctx context.Context, r market.Request, d market.Decision, reasons []duo.Reason, deadline int64,
) error {
	request, of, err := d.Keys()
	if err != nil {
		return err
	}
	c, err := k.left.Consents.Consent(ctx, of)
	if err != nil {
		return err
	}
	d.ReferTo, d.ReferralDeadline = c.Provision.Policy.ReferTo, deadline
	d.Explain(market.DECISION_STATE_REFERRED, reasons...)
	if err := k.put(ctx, r); err != nil {
		return err
	}
	if err := k.Agenda.add(ctx, deadline, item{task: taskReferral, request: request, dataset: of}); err != nil {
		return err
	}
	return k.Decisions.set(ctx, d)
}

// AnswerReferral is the named ethics organisation's yes or no. A yes counts only if
// everything else is still permitted.
func (s msgServer) AnswerReferral(
	ctx context.Context, msg *market.MsgAnswerReferral,
) (*market.MsgAnswerReferralResponse, error) {
	if err := msg.ValidateBasic(); err != nil {
		return nil, err
	}
	k := s.keeper
	request, r, err := k.deciding(ctx, msg.RequestId)
	if err != nil {
		return nil, err
	}
	of, err := id.Parse(msg.DatasetId)
	if err != nil {
		return nil, errorsmod.Wrapf(market.ErrInvalid, "dataset_id: %v", err)
	}
	d, err := k.Decisions.Decisions.Get(ctx, collections.Join(request, of))
	if err != nil {
		return nil, found(err, "decision on %s for %s", request, of)
	}
	if d.State != market.DECISION_STATE_REFERRED || d.ReferTo != msg.Organisation || height(ctx) > d.ReferralDeadline {
		return nil, errorsmod.Wrapf(market.ErrReferral, "%s on %s for %s is not referred to %s, or no more",
			d.State, request, of, msg.Organisation)
	}
	if err := k.speaks(ctx, msg.Organisation, attestation.ROLE_ETHICS); err != nil {
		return nil, err
	}
	if !msg.Approve {
		d.State = market.DECISION_STATE_DENIED
		return &market.MsgAnswerReferralResponse{}, k.Decisions.set(ctx, d)
	}
	return &market.MsgAnswerReferralResponse{}, k.approve(ctx, r, of, d)
}

// approve lets a referred yes stand, under the consent as it is now. The organisation
// must still be the one that this names.
func (k *Keeper) approve(ctx context.Context, r market.Request, of id.ID, d market.Decision) error {
	_, revoked, err := k.sinceYes(ctx, of, d)
	if err != nil {
		return err
	}
	c, err := k.left.Consents.Consent(ctx, of)
	if err != nil && !errors.Is(err, consent.ErrNotFound) {
		return err
	}
	if revoked {
		return errorsmod.Wrap(market.ErrDenied, string(market.ReasonRevoked))
	}
	if c.Provision.Policy.ReferTo != d.ReferTo {
		return errorsmod.Wrapf(market.ErrReferral, "the consent for %s names %q now", of, c.Provision.Policy.ReferTo)
	}
	d.ReferralApproved, d.ConsentVersion = true, c.Version
	decision, _, err := k.evaluate(ctx, r, d)
	if err != nil {
		return err
	}
	if !decision.Allowed() {
		return errorsmod.Wrap(market.ErrDenied, joined(decision.Reasons))
	}
	return k.stand(ctx, r, d)
}

// expireReferral takes the silence of an ethics organisation for a no.
func (k *Keeper) expireReferral(ctx context.Context, request, of id.ID) error {
	d, err := k.Decisions.Decisions.Get(ctx, collections.Join(request, of))
	if err != nil {
		return err
	}
	if d.State != market.DECISION_STATE_REFERRED || d.ReferralDeadline > height(ctx) {
		return nil
	}
	r, err := k.Request(ctx, request)
	if err != nil {
		return err
	}
	d.State = market.DECISION_STATE_DENIED
	if !r.Undecided() {
		d.State = market.DECISION_STATE_LOST
	}
	return k.Decisions.set(ctx, d)
}

// evaluate asks custody, and the patient's own floor for the cohort. Only an active
// consent that asks the patient each time is evaluated at all.
func (k *Keeper) evaluate(
	ctx context.Context, r market.Request, d market.Decision,
) (duo.Decision, uint64, error) {
	request, of, err := d.Keys()
	if err != nil {
		return duo.Decision{}, 0, err
	}
	approved, revoked, err := k.sinceYes(ctx, of, d)
	if err != nil {
		return duo.Decision{}, 0, err
	}
	decision, version, err := k.left.Custody.Evaluate(ctx, request, of, approved)
	if err != nil || decision.Verdict == duo.Deny {
		return decision, version, err
	}
	if revoked {
		return denial(market.ReasonRevoked), version, nil
	}
	c, err := k.left.Consents.Consent(ctx, of)
	if errors.Is(err, consent.ErrNotFound) {
		return denial(duo.ReasonInactive), version, nil
	}
	if err != nil {
		return duo.Decision{}, 0, err
	}
	switch {
	case c.Status != consent.STATUS_ACTIVE || c.Provision.Mode != consent.MODE_ASK_ME:
		return denial(duo.ReasonInactive), version, nil
	case c.Provision.KMin > r.Spec.NMin:
		return denial(market.ReasonKMin), version, nil
	default:
		return decision, version, nil
	}
}

// sinceYes tells what became of the consent under which a yes was given: whether what
// ethics approved still counts, which it does for that very version only, and whether
// the patient has revoked meanwhile, which ends her yes whatever she granted later.
func (k *Keeper) sinceYes(ctx context.Context, of id.ID, d market.Decision) (approved, revoked bool, err error) {
	if d.ConsentVersion == 0 {
		return d.ReferralApproved, false, nil
	}
	c, err := k.left.Consents.Consent(ctx, of)
	if errors.Is(err, consent.ErrNotFound) {
		return false, true, nil
	}
	if err != nil {
		return false, false, err
	}
	if c.Version == d.ConsentVersion {
		return d.ReferralApproved, false, nil
	}
	unbroken, err := k.left.Consents.Unbroken(ctx, of, d.ConsentVersion)
	return false, !unbroken, err
}

func denial(reason duo.Reason) duo.Decision {
	return duo.Decision{Verdict: duo.Deny, Reasons: []duo.Reason{reason}}
}

// speaks refuses an organisation that is not active or was not accredited for a role.
func (k *Keeper) speaks(ctx context.Context, address string, role attestation.Role) error {
	o, err := k.left.Attestations.Organisation(ctx, address)
	if err != nil {
		return err
	}
	if !o.ActsAs(role) {
		return errorsmod.Wrapf(market.ErrOrganisation, "%s does not speak as %s", address, role)
	}
	return nil
}

// put stores a request under its id.
func (k *Keeper) put(ctx context.Context, r market.Request) error {
	key, err := r.ID()
	if err != nil {
		return err
	}
	return k.Requests.Set(ctx, key, r)
}

func joined(reasons []duo.Reason) string {
	texts := make([]string, len(reasons))
	for i, r := range reasons {
		texts[i] = string(r)
	}
	return strings.Join(texts, ", ")
}
