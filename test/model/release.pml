/*
 * A model of docs/spec/custody.md and vote-extension.md: consent, two requests for one
 * dataset with a seat each, batches, shares, revocation, late jobs, money, and the switch
 * to another epoch of the committee, with four validators of equal weight, of which
 * validator 3 lies.
 *
 * One turn of the loop is one block h:
 *   PreBlock   the injection of what was voted on batch[h-1], then revoked seats settle
 *   txs        what people do, at most TXS messages, in any order
 *   EndBlock   the market clears, late jobs end, batch[h+1] is written
 *
 * Shares for batch[h] are public as soon as h is voted on, so what a batch holds counts
 * as emitted. The model leaves out whatever only arithmetic decides: a share is right or
 * wrong, and T right ones of one epoch open.
 *
 * Configurations, by -D:
 *   JOB_BLOCKS REQUEST_BLOCKS TXS BATCH   sizes: windows in blocks, messages a block, m_max
 *   OPT_OUT  blocks until a yes counts; 0 as in a development network
 *   TIMELY   honest proposers take in the shares of all honest validators, validator 3
 *            proposes every fourth block; for P7
 *   CANARY   a pending epoch and its canary batches; else the switch is one step
 *   MERGE    shares of several heights add up for a job
 *   TRACE    messages that are refused, too, and any set of validators: for simulations
 *   ONLY=n   checks P<n> alone
 *   MUT_*    takes a guard away; test/model/check_test.go names which property then fails
 */

#ifndef JOB_BLOCKS
#define JOB_BLOCKS 3
#endif
#ifndef REQUEST_BLOCKS
#define REQUEST_BLOCKS 2
#endif
#ifndef TXS
#define TXS 2
#endif
#ifndef OPT_OUT
#define OPT_OUT 0
#endif
#ifndef BATCH
#define BATCH 1
#endif
#ifndef EPOCHS
#define EPOCHS 2
#endif
#ifndef ONLY
#define ONLY 0
#endif

#define T 3
#define HONEST 7 /* validators 0, 1, 2 as bits */
#define JOBS 2
#define CANARY_BIT 4

#define CHECK(property, holds) assert(!(ONLY == 0 || ONLY == property) || (holds))

mtype = { FREE, ASSIGNED, EMITTED, REVOKING, RELEASED, VOID };
mtype = { NONE, OPEN, CLEARED, FAILED };
mtype = { UNDECIDED, YES, NO, DENIED };

/* What the chain knows. */
mtype seat[JOBS] = FREE;
mtype request[JOBS] = NONE;
mtype decision[JOBS] = UNDECIDED;
bool broken[JOBS];   /* the consent was revoked since the yes */
byte matures[JOBS];  /* blocks left until the yes counts */
byte until[JOBS];    /* blocks left to decide on a request */
byte ttl[JOBS];      /* blocks left to release a job */
byte offers[JOBS];
byte older;          /* which job was ready first: 0 both at once, else job + 1 */
byte fresh;          /* jobs that became ready in this block, as bits */
bool consent;        /* ACTIVE */
bool ever;           /* it was granted once */
bool held = true;    /* the gateway holds the file */
byte previous;       /* batch[h-1] at PreBlock, as bits */
byte current;        /* batch[h] */
byte epoch;          /* that releases now */
byte epochs[2];      /* of previous and of current */
bool pending;        /* another epoch awaits its canary */
bool turn;           /* the canary's */
byte kept[JOBS];     /* MERGE: validators whose share is kept */

/* The ledgers: what of a request's one unit is pending, paid, given back. */
short pool;          /* what the market's account holds */
short pend[JOBS];
byte paid[JOBS];
byte back[JOBS];

/* What only the properties know. */
byte stored[JOBS];   /* S stored, how often */
bool allowed[JOBS];  /* the consent was active when the job first stood in a batch */
bool dead[JOBS];     /* revoked since the yes: before the batch, or between two */
byte stale[JOBS];    /* MERGE: kept shares of an earlier epoch */
byte proposer;       /* TIMELY: of this block */

#define locked(i) (request[i] != NONE)
#define settled(i) (paid[i] == 1 || back[i] == 1)

#define open(i) (seat[i] == ASSIGNED || seat[i] == EMITTED)
#define inside(batch, i) ((batch >> i) & 1)
#define permitted (consent && held)
#define counts(i) (decision[i] == YES && matures[i] == 0)
#define mayYes(i) (request[i] == OPEN && decision[i] != YES && permitted)
#define mayNo(i) (request[i] == OPEN && decision[i] != NO)

/* A refused message changes nothing: only traces have them. */
#ifdef TRACE
#define try(allowed) true
#else
#define try(allowed) (allowed)
#endif
#define count4(m) (((m) & 1) + (((m) >> 1) & 1) + (((m) >> 2) & 1) + (((m) >> 3) & 1))

inline refund(i) { pool--; pend[i]--; back[i]++ }

inline void_seat(i) {
	seat[i] = VOID;
#ifndef MUT_VOID_KEEPS
	refund(i);
#endif
	kept[i] = 0
}

/* The key is stored and the patient paid in one transition. */
inline store(i) {
	CHECK(1, allowed[i] && seat[i] != FREE && seat[i] != ASSIGNED);
	CHECK(3, !dead[i]);
	stored[i]++;
	CHECK(2, stored[i] <= 1);
	seat[i] = RELEASED;
	pool--; pend[i]--; paid[i]++;
	kept[i] = 0
}

/* used are the validators whose right shares the injection holds, wrong is validator 3
   with a wrong one. */
inline release(i, used, wrong) {
	if
	:: inside(previous, i) ->
#ifdef MERGE
		/* The rule is never to keep a share across epochs. */
		used_now = used | kept[i];
#else
		used_now = used;
#endif
		if
#ifdef MUT_THRESHOLD
		:: count4(used_now) >= T - 1 -> complete = true
#endif
#ifdef MUT_UNPROVED
		:: count4(used_now) + wrong >= T -> complete = true
#endif
		:: count4(used_now) >= T -> complete = true
		:: else -> complete = false
		fi;
		if
#ifdef MUT_ANY_STATE
		:: complete ->
#else
		:: complete && (seat[i] == EMITTED || seat[i] == REVOKING) ->
#endif
			CHECK(6, count4(used_now & (15 - stale[i])) >= T);
			store(i)
		:: else ->
#ifdef MERGE
			if
			:: seat[i] == EMITTED -> kept[i] = used_now
			:: else -> skip
			fi
#else
			skip
#endif
		fi
	:: else -> skip
	fi
}

inline settle(i) {
	if
#ifndef MUT_NO_SETTLE
	:: seat[i] == REVOKING -> void_seat(i)
#endif
	:: else -> skip
	fi
}

/* The switch: what was dealt for the old epoch is of no use any more. */
inline activate() {
	epoch++;
#ifdef MUT_MERGE_EPOCHS
	stale[0] = stale[0] | kept[0]; stale[1] = stale[1] | kept[1];
#else
	kept[0] = 0; kept[1] = 0;
#endif
	printf("epoch %d\n", epoch)
}

inline pre_block() {
	used = 0; wrong = 0;
	if
	:: previous == 0 -> skip
#ifdef TIMELY
	:: previous != 0 && proposer != 3 -> used = HONEST
	:: previous != 0 && proposer == 3
#else
	:: previous != 0
#endif
	-> /* a proposer takes in what it likes, or what arrived */
#if defined(TRACE) || defined(MERGE)
		if :: used = used | 1 :: skip fi;
		if :: used = used | 2 :: skip fi;
		if :: used = used | 4 :: skip fi;
		if :: used = used | 8 :: wrong = 1 :: skip fi
#else /* which validators they are does not matter */
		if :: used = 0 :: used = 3 :: used = 3; wrong = 1 :: used = 7 :: used = 15 fi
#endif
	fi;
	if
	:: previous != 0 -> printf("inject %d %d\n", used, wrong)
	:: else -> printf("inject 0 0\n")
	fi;
	release(0, used, wrong);
	release(1, used, wrong);
	settle(0);
	settle(1);
#ifdef CANARY
	if
	:: pending && (previous & CANARY_BIT) && count4(used) >= T && epochs[0] == epoch + 1 ->
		if
		:: activate(); pending = false
		:: skip /* the new committee is not alive */
		fi
	:: pending -> pending = false /* not within its window: the run begins anew */
	:: !pending && epoch < EPOCHS -> pending = true; turn = true
	:: skip
	fi
#else
	if
#ifdef TRACE
	:: epoch < EPOCHS && current != 0 -> activate()
#else
	:: epoch < EPOCHS -> activate()
#endif
	:: skip
	fi
#endif
}

inline revoke_seat(i) {
	if
#ifdef MUT_NO_HOOK
	:: open(i) && !inside(current, i) -> dead[i] = true
#else
#ifdef MUT_VOID_IN_BATCH
	:: seat[i] == EMITTED && inside(current, i) -> void_seat(i)
#else
	:: seat[i] == EMITTED && inside(current, i) -> seat[i] = REVOKING; kept[i] = 0
#endif
	:: open(i) && !inside(current, i) -> dead[i] = true; void_seat(i)
#endif
	:: else -> skip
	fi
}

/* A yes dies with its consent: what is granted later asks anew. */
inline revoke_yes(i) {
	if
	:: request[i] == OPEN && decision[i] == YES ->
#ifndef MUT_YES_OUTLIVES
		broken[i] = true;
#endif
		dead[i] = true
	:: else -> skip
	fi
}

inline ask(i) {
	if
	:: request[i] == NONE ->
		request[i] = OPEN; until[i] = REQUEST_BLOCKS;
		pool++; pend[i]++;
		printf("tx ask %d ok\n", i)
	:: else -> skip
	fi
}

inline yes(i) {
	if
	:: mayYes(i) ->
		decision[i] = YES; matures[i] = OPT_OUT; broken[i] = false; dead[i] = false;
		printf("tx yes %d ok\n", i)
	:: request[i] != NONE && !mayYes(i) ->
		printf("tx yes %d refused\n", i)
	:: request[i] == NONE -> skip
	fi
}

inline no(i) {
	if
	:: mayNo(i) -> decision[i] = NO; printf("tx no %d ok\n", i)
	:: request[i] != NONE && !mayNo(i) -> printf("tx no %d refused\n", i)
	:: request[i] == NONE -> skip
	fi
}

inline fail_request(i) { request[i] = FAILED; refund(i) }

inline cancel(i) {
	if
	:: request[i] == OPEN -> fail_request(i); printf("tx cancel %d ok\n", i)
	:: request[i] == CLEARED || request[i] == FAILED -> printf("tx cancel %d refused\n", i)
	:: request[i] == NONE -> skip
	fi
}

inline grant() {
	if
	:: !consent -> consent = true; ever = true; printf("tx grant ok\n")
	:: else -> printf("tx grant refused\n")
	fi
}

inline revoke() {
	if
	:: consent ->
		consent = false;
		revoke_yes(0);
		revoke_yes(1);
		revoke_seat(0);
		revoke_seat(1);
		printf("tx revoke ok\n")
	:: ever && !consent -> printf("tx revoke refused\n")
	:: !ever -> skip
	fi
}

inline gateway() {
	if
	:: held -> held = false; printf("tx drop ok\n")
	:: else -> held = true; printf("tx hold ok\n")
	fi
}

inline transactions() {
	sent = 0;
	do
	:: sent < TXS ->
		sent++;
		if
		:: try(request[0] == NONE) -> ask(0)
		:: try(request[1] == NONE) -> ask(1)
		:: try(mayYes(0)) -> yes(0)
		:: try(mayYes(1)) -> yes(1)
		:: try(mayNo(0)) -> no(0)
		:: try(mayNo(1)) -> no(1)
		:: try(request[0] == OPEN) -> cancel(0)
		:: try(request[1] == OPEN) -> cancel(1)
		:: try(!consent) -> grant()
		:: try(consent) -> revoke()
		:: true -> gateway()
#ifdef TRACE /* more often what leads somewhere */
		:: request[0] == NONE -> ask(0)
		:: request[1] == NONE -> ask(1)
		:: mayYes(0) -> yes(0)
		:: mayYes(0) -> yes(0)
		:: mayYes(1) -> yes(1)
		:: mayYes(1) -> yes(1)
		:: !consent -> grant()
		:: !consent -> grant()
		:: !held -> gateway()
		:: !held -> gateway()
		:: held && (seat[0] == ASSIGNED || seat[1] == ASSIGNED) -> gateway()
		:: held && (seat[0] == ASSIGNED || seat[1] == ASSIGNED) -> gateway()
#endif
		fi
	:: break
	od
}

inline ready(i, other) {
	fresh = fresh | (1 << i);
	if
	:: inside(fresh, other) || !open(other) -> older = 0
	:: else -> older = other + 1
	fi
}

inline clear_request(i, other) {
	if
	:: request[i] == OPEN && counts(i) ->
		if
#ifdef MUT_NO_RECHECK
		:: true ->
#else
		:: permitted && !broken[i] ->
#endif
			request[i] = CLEARED; seat[i] = ASSIGNED; ttl[i] = JOB_BLOCKS; offers[i] = 0; ready(i, other)
#ifndef MUT_NO_RECHECK
		:: else ->
			decision[i] = DENIED;
			if
			:: until[i] == 0 -> fail_request(i)
			:: else -> skip
			fi
#endif
		fi
	:: request[i] == OPEN && !counts(i) && until[i] == 0 -> fail_request(i)
	:: else -> skip
	fi
}

inline expire(i) {
	if
#ifndef MUT_NO_EXPIRY
	:: open(i) && ttl[i] == 0 && !inside(current, i) ->
#ifdef TIMELY
		CHECK(7, seat[i] != EMITTED);
#endif
		void_seat(i)
#endif
	:: else -> skip
	fi
}

inline put(i) {
	next = next | (1 << i);
	CHECK(1, allowed[i]);
	CHECK(3, !dead[i])
}

/* The job that is offered stands in the batch; the last word of the consent is asked
   when it stands there for the first time. */
inline offer(i, other) {
	if
#ifdef MUT_REPEAT
	:: open(i) && ttl[i] > 0 && count4(next) < BATCH ->
#else
	:: open(i) && ttl[i] > 0 && count4(next) < BATCH && !inside(current, i) ->
#endif
		if
		:: seat[i] == EMITTED -> offers[i]++; put(i)
#ifdef MUT_NO_RECHECK
		:: seat[i] == ASSIGNED ->
#else
		:: seat[i] == ASSIGNED && permitted ->
#endif
			if
			:: offers[i] > 0 -> ready(i, other)
			:: else -> skip
			fi;
			seat[i] = EMITTED; offers[i]++; ttl[i] = JOB_BLOCKS + 1; allowed[i] = consent;
			put(i)
#ifndef MUT_NO_RECHECK
		:: seat[i] == ASSIGNED && consent && !held -> offers[i]++
		:: seat[i] == ASSIGNED && !consent -> void_seat(i)
#endif
		fi
	:: else -> skip
	fi
}

inline write_batch() {
	next = 0;
#ifdef CANARY
	if
	:: pending && turn -> next = CANARY_BIT; turn = false
	:: else ->
		turn = true;
#ifdef MUT_PENDING_STOPS
		if
		:: pending -> skip
		:: else -> choose()
		fi
#else
		choose()
#endif
	fi
#else
	choose()
#endif
}

/* Fewest offers first, then the longest ready, then by id: job 0's is the smaller. */
inline choose() {
	if
	:: offers[1] < offers[0] || (offers[1] == offers[0] && older == 2) -> offer(1, 0); offer(0, 1)
	:: else -> offer(0, 1); offer(1, 0)
	fi
}

inline tick(i) {
	if
	:: open(i) && ttl[i] > 0 -> ttl[i]--
	:: else -> skip
	fi
}

/* What can no longer matter is forgotten, so that equal states look equal. */
inline forget(i) {
	if
	:: !open(i) -> ttl[i] = 0; offers[i] = 0
	:: else -> skip
	fi;
	if
	:: request[i] == CLEARED || request[i] == FAILED -> until[i] = 0; decision[i] = UNDECIDED
	:: else -> skip
	fi;
	if
	:: decision[i] != YES -> matures[i] = 0; broken[i] = false
	:: else -> skip
	fi;
	if
	:: decision[i] != YES && seat[i] == FREE -> dead[i] = false
	:: else -> skip
	fi
}

inline end_block() {
	fresh = 0;
	tick(0); tick(1);
	clear_request(0, 1); clear_request(1, 0);
	expire(0); expire(1);
	write_batch();
	forget(0); forget(1);
	if
	:: !open(0) || !open(1) -> older = 0
	:: else -> skip
	fi;
	fresh = 0;
	previous = current; current = next;
	epochs[0] = epochs[1];
	if
	:: next & CANARY_BIT -> epochs[1] = epoch + 1
	:: else -> epochs[1] = epoch
	fi;
	CHECK(5, pool == pend[0] + pend[1] && pend[0] >= 0 && pend[1] >= 0);
	CHECK(5, paid[0] + back[0] <= 1 && paid[1] + back[1] <= 1);
	printf("state %e %e %d %d %d %d %d %d\n", seat[0], seat[1], paid[0], back[0], paid[1], back[1], consent, current)
}

inline pass(i) {
	if
	:: request[i] == OPEN -> until[i]--
	:: else -> skip
	fi;
	if
	:: matures[i] > 0 -> matures[i]--
	:: else -> skip
	fi
}

inline begin_block() { pass(0); pass(1) }

active proctype chain() {
	byte used, used_now, wrong, sent, next;
	bool complete;
	do
	:: atomic {
		begin_block();
		pre_block();
		transactions();
		end_block();
#ifdef TIMELY
		proposer = (proposer + 1) % 4;
#endif
		used = 0; used_now = 0; wrong = 0; sent = 0; next = 0; complete = false
	   }
	od
}

/* P4: money that was locked is paid or comes back. */
ltl p4 { [] ((locked(0) -> <> settled(0)) && (locked(1) -> <> settled(1))) }
