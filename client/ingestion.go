package client

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/volens-network/volens/client/chain"
	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/client/home"
	"github.com/volens-network/volens/core/drs"
	"github.com/volens-network/volens/core/gate"
	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/core/threshold"
	"github.com/volens-network/volens/x/dataset"
)

// ingestion is one dataset on its way.
type ingestion struct {
	session *Session
	journal *home.Journal
	owner   chain.Signer
	account string // that has to be marked as used, if any
	of      id.ID
	version uint64
	sealed  sealed
	own     *ownCopy // to be sealed anew, instead of a file
}

// run does every step that the journal does not have. message is what puts the sealed
// file on the chain.
func (w *ingestion) run(
	ctx context.Context, o IngestOptions, key *threshold.Key, message func() sdk.Msg,
) (*Ingested, error) {
	err := w.prepare(ctx, o, sealing{
		options: o, of: w.of, version: w.version, owner: w.owner.Address(), key: key, own: w.own,
	})
	if err != nil {
		return nil, err
	}
	out := &Ingested{Account: w.account}
	if err := w.publish(ctx, message, out); err != nil {
		return nil, err
	}
	return out, w.finish()
}

// prepare seals the file, unless that was done and the sealed file is still here.
func (w *ingestion) prepare(ctx context.Context, o IngestOptions, in sealing) error {
	if w.begun(stepSealed, &w.sealed) {
		spool, _, err := w.session.places(w.of, w.version)
		if err != nil {
			return err
		}
		if info, err := os.Stat(spool); err == nil && info.Size() == w.sealed.Size {
			return nil
		} else if w.begun(stepRegistered, nil) {
			return fault.E(fault.Integrity, "the sealed file of dataset %s is gone", w.of)
		}
	}
	gateways, err := w.session.chooseGateways(ctx, o.Gateways)
	if err != nil {
		return err
	}
	in.gateways, in.threshold = gateways, max(o.Threshold, 1)
	if err := gate.CheckThreshold(len(gateways), in.threshold); err != nil {
		return usage("%v", err)
	}
	done, err := w.session.seal(ctx, in)
	if err != nil {
		return err
	}
	w.sealed = *done
	return w.journal.Record(stepSealed, done)
}

// outlive begins a new run with the same id where the file was sealed, and not registered, before
// the committee left the key that it was sealed to: the chain would never take it. A state with the
// new key has every dataset that was registered under the old one.
func (w *ingestion) outlive(ctx context.Context, key uint64, random []byte) error {
	var made sealed
	if !w.begun(stepSealed, &made) || w.begun(stepRegistered, nil) || made.Payload.KeyId == key {
		return nil
	}
	_, err := w.session.Chain.Datasets().Dataset(ctx, &dataset.QueryDatasetRequest{DatasetId: w.of.String()})
	if !fault.Is(err, fault.NotFound) {
		return err // Registered after all.
	}
	if err := w.session.unspool(w.of, w.version); err != nil {
		return err
	}
	return w.journal.Record(stepDrawn, drawing{Random: random})
}

// begun reports whether a step of this run (after the newest drawing) is in the journal.
func (w *ingestion) begun(name string, into any) bool {
	entries := w.journal.Entries()
	for i := len(entries) - 1; i >= 0 && entries[i].Step != stepDrawn; i-- {
		if entries[i].Step == name {
			found, err := w.journal.Find(name, into)
			return found && err == nil
		}
	}
	return false
}

// publish uploads, registers, hands over and waits.
func (w *ingestion) publish(ctx context.Context, message func() sdk.Msg, out *Ingested) error {
	s := w.session
	spool, report, err := s.places(w.of, w.version)
	if err != nil {
		return err
	}
	gateways, err := s.openGateways(ctx, w.sealed.Payload, w.owner)
	if err != nil {
		return err
	}
	if err := w.uploadAll(ctx, gateways, spool); err != nil {
		return err
	}
	if err := w.once(stepRegistered, func() error { return w.register(ctx, message()) }); err != nil {
		return err
	}
	for i, g := range gateways {
		err := w.once(stepHanded+g.address, func() error { return g.client.PutHalf(ctx, w.of, w.sealed.Parts[i]) })
		if err != nil {
			return fmt.Errorf("hand the half to gateway %s: %w", g.address, err)
		}
	}
	*out = Ingested{
		DatasetID: w.of.String(), Version: w.version, Owner: w.owner.Address().String(), Account: out.Account,
		Kind: shortName(kindPrefix, w.sealed.Payload.Kind.String()), Report: report, Facets: facetsPath(report),
		DeidSHA256: w.sealed.DeidSHA256, PlaintextSHA256: w.sealed.PlaintextSHA256,
		SHA256: hexBytes(w.sealed.Payload.Sha256), Size: w.sealed.Size, Warnings: w.sealed.Warnings,
	}
	for _, g := range gateways {
		out.Gateways = append(out.Gateways, g.address)
	}
	return w.receipts(ctx, out)
}

// once runs a step unless the journal has it.
func (w *ingestion) once(name string, run func() error) error {
	if w.begun(name, nil) {
		return nil
	}
	if err := run(); err != nil {
		return err
	}
	return w.journal.Record(name, nil)
}

// uploadAll brings the sealed file to every gateway that does not have it, at the same time. What was uploaded is in the
// journal also when another gateway fails.
func (w *ingestion) uploadAll(ctx context.Context, gateways []gateway, spool string) error {
	failed := make([]error, len(gateways))
	bar := newLanes(w.session.Progress, "upload", len(gateways), w.sealed.Size)
	var running sync.WaitGroup
	for i, g := range gateways {
		if w.begun(stepUploaded+g.address, nil) {
			bar.lane(i)(w.sealed.Size)
			continue
		}
		running.Go(func() { failed[i] = w.upload(ctx, g, spool, bar.lane(i)) })
	}
	running.Wait()
	for i, g := range gateways {
		if failed[i] == nil {
			failed[i] = w.once(stepUploaded+g.address, func() error { return nil })
		}
	}
	return errors.Join(failed...)
}

func (w *ingestion) upload(ctx context.Context, g gateway, spool string, bar func(int64)) (err error) {
	file, err := os.Open(spool)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	return within(
		"upload to gateway "+g.address,
		g.client.Upload(ctx, file, w.sealed.Size, drs.Digest(w.sealed.Payload.Sha256), bar),
	)
}

// register puts the version on the chain, unless an earlier attempt did.
func (w *ingestion) register(ctx context.Context, msg sdk.Msg) error {
	answer, err := w.session.Chain.Datasets().Dataset(ctx, &dataset.QueryDatasetRequest{DatasetId: w.of.String()})
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	if err == nil && answer.Dataset.Version >= w.version &&
		!bytes.Equal(answer.Dataset.Payload.Sha256, w.sealed.Payload.Sha256) {
		return w.overtaken(answer.Dataset.Version)
	}
	if err != nil || answer.Dataset.Version < w.version {
		step(w.session.Progress, fmt.Sprintf("register version %d of dataset %s", w.version, w.of))
		if _, err := w.session.send(ctx, w.owner, msg); err != nil {
			return err
		}
	}
	if w.account == "" {
		return nil
	}
	return w.session.Wallet.MarkUsed(w.account)
}

// overtaken ends a run whose version another device has put on the chain, or has replaced since.
func (w *ingestion) overtaken(now uint64) error {
	refused := fault.Refuse([]string{"REPLACED"},
		"another device put version %d of dataset %s on the chain: the same command begins anew", now, w.of)
	if w.version > 1 {
		return refused // The next call finds out by itself.
	}
	return errors.Join(refused, w.finish())
}

// receipts waits until as many gateways as the dataset needs have said that they hold it.
func (w *ingestion) receipts(ctx context.Context, out *Ingested) error {
	said := false
	return w.session.Chain.Wait(ctx, func(ctx context.Context, at chain.Status) (bool, error) {
		answer, err := w.session.Chain.Datasets().Dataset(ctx, &dataset.QueryDatasetRequest{DatasetId: w.of.String()})
		if err != nil {
			return false, err
		}
		out.Height = answer.Dataset.Height
		if len(answer.Receipts) >= int(w.sealed.Payload.Threshold) {
			for _, receipt := range answer.Receipts {
				out.ReceiptsHeight = max(out.ReceiptsHeight, receipt.Height)
			}
			return true, nil
		}
		if !said {
			step(w.session.Progress, fmt.Sprintf("height %d: waiting for the gateways' receipts", at.Height))
			said = true
		}
		return false, nil
	})
}

// finish removes the spooled ciphertext: the gateways hold it now.
func (w *ingestion) finish() error {
	if err := w.journal.Record(stepDone, nil); err != nil {
		return err
	}
	return w.session.unspool(w.of, w.version)
}

// unspool removes the sealed file of a version from here, if there is one.
func (s *Session) unspool(of id.ID, version uint64) error {
	spool, _, err := s.places(of, version)
	if err != nil {
		return err
	}
	if err := os.Remove(spool); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
