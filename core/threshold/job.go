package threshold

import (
	"fmt"

	"github.com/volens-network/volens/core/id"
	"github.com/volens-network/volens/core/transcript"
)

// JobKind says what a job opens. The kind is part of the job's id.
type JobKind uint8

// The kinds of jobs.
const (
	JobRelease    JobKind = 1 // a dataset to a researcher, B = U + Q
	JobInspection JobKind = 2 // a dataset to an organisation that the owner let in, B = U + Q
	JobDecision   JobKind = 3 // a sealed decision to everybody, B = U
	JobLot        JobKind = 4 // randomness for one request
	JobCanary     JobKind = 5 // a test that a committee is alive and has the same key
)

// String returns the kind in capitals, as it stands in the specification.
func (k JobKind) String() string {
	switch k {
	case JobRelease:
		return "RELEASE"
	case JobInspection:
		return "INSPECTION"
	case JobDecision:
		return "DECISION"
	case JobLot:
		return "LOT"
	case JobCanary:
		return "CANARY"
	default:
		return fmt.Sprintf("KIND-%d", uint8(k))
	}
}

// Job is one opening asked of the committee: S = xB.
type Job struct {
	ID [32]byte
	B  []byte // 32-byte point
}

// JobID names a job by everything it stands for. Fields that the kind does not
// have are zero.
func JobID(
	kind JobKind, keyID uint64, liveChain string, request id.ID, seat uint64, dataset id.ID, version uint64, b []byte,
) [32]byte {
	t := transcript.New("job").Uint(uint64(kind)).Uint(keyID).String(liveChain).Bytes(request[:]).Uint(seat)
	return t.Bytes(dataset[:]).Uint(version).Bytes(b).Sum256()
}

// LotPoint returns B of the LOT job of a request that closes at a height, 32 bytes.
func LotPoint(liveChain string, request id.ID, closeHeight uint64) []byte {
	t := transcript.New("lot").String(liveChain).Bytes(request[:]).Uint(closeHeight)
	return HashToPoint("lot", t.Encode()).Bytes()
}

// CanaryPoint returns B of the CANARY job of a key, 32 bytes.
func CanaryPoint(keyID uint64) []byte {
	return HashToPoint("canary", transcript.New("canary").Uint(keyID).Encode()).Bytes()
}
