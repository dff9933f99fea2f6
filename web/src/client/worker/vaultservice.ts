import { type Bytes, randomBytes, wipe } from "../../core/bytes";
import { asFault, Fault } from "../../core/fault";
import { entropySize } from "../../core/wallet";
import type { Records } from "../../storage/records";
import { type MethodKind, minPassphrase, type VaultState } from "../vault";
import { encodeLockbox, type Lock, type Lockbox, makeLock, type Opener, openLock, parseLockbox } from "./lockbox";
import { entropyOf, Opened } from "./opened";

const record = "vault";

/** What surrounds a vault: the device, and whoever wants to know of changes. */
export interface Surroundings {
  readonly records: Records;
  /** After how many milliseconds without a person the vault locks. */
  readonly idle: number;
  readonly now: () => number;
  /** Told after every change. */
  readonly changed: (state: VaultState) => void;
  /** Told when the secrets are gone: work that needs them ends. */
  readonly locked: () => void;
}

/** The life of a vault: made, restored, opened, locked, forgotten. */
export class VaultService {
  readonly #around: Surroundings;
  #box: Lockbox | undefined;
  /** What stands on this device cannot be read: only words bring it back. */
  #damaged = false;
  #opened: Opened | undefined;
  #seen = 0;
  #busy = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** Reads what stands on this device, and tells the state, `broken` too. Also after another tab has changed it. */
  async load(): Promise<void> {
    const raw = await this.#around.records.get(record);
    let box: Lockbox | undefined;
    this.#damaged = false;
    try {
      box = raw && parseLockbox(raw);
    } catch {
      this.#damaged = true;
    }
    if (box?.main !== this.#box?.main) this.#forgetSecrets();
    this.#box = box;
    await this.#tell();
  }

  /** Draws words and opens the vault. */
  async create(by: Opener): Promise<void> {
    await this.#make(randomBytes(entropySize), by, false);
  }

  /**
   * Takes words that the person has, and opens the vault. Beside a damaged one may stand notes that these words cannot
   * read: they go only when the person has said so, or a refused Fault `notes-of-others` leaves everything as it is.
   */
  async restore(words: string, by: Opener, dropNotes = false): Promise<void> {
    await this.#make(entropyOf(words), by, true, dropNotes);
  }

  /** Whether words can read what stands beside a damaged vault. Of another one, and of nothing, nothing can be lost. */
  async canRead(words: string): Promise<boolean> {
    if (!this.#damaged) return true;
    const opened = await Opened.from(entropyOf(words), this.#around.records);
    try {
      return await opened.notes.legible();
    } finally {
      opened.zero();
    }
  }

  /** Opens the vault. */
  async unlock(by: Opener): Promise<void> {
    const box = this.#known();
    const lock = box.locks.find(({ kind }) => kind === by.kind);
    if (lock === undefined) throw new Fault("not-found", "no-method");
    const entropy = await openLock(lock, box.main, by);
    const opened = await Opened.from(entropy, this.#around.records);
    if (opened.main !== box.main || !(await readable(opened))) {
      opened.zero();
      await this.#break();
      throw new Fault("integrity", "vault-damaged");
    }
    this.#forgetSecrets();
    this.#opened = opened;
    this.touch();
    await this.#tell();
  }

  /** Forgets every secret until the next unlock. */
  async lock(): Promise<void> {
    this.#forgetSecrets();
    await this.#tell();
  }

  /** Says that the person is there. */
  touch(): void {
    this.#seen = this.#around.now();
    if (this.#timer === undefined && this.#opened) this.#wait(this.#around.idle);
  }

  /** Keeps the vault open while work goes on that takes longer than a person sits there. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#busy++;
    try {
      return await work();
    } finally {
      this.#busy--;
      this.touch();
    }
  }

  /** The open vault. Throws a refused Fault `vault-locked`. */
  opened(): Opened {
    if (this.#opened && this.#idle()) this.#forgetSecrets();
    if (this.#opened === undefined) throw new Fault("refused", "vault-locked");
    return this.#opened;
  }

  /** What the page needs to ask a passkey: its credential, and the salt of its secret. */
  passkey(): { credential: string; salt: string } {
    const lock = this.#known().locks.find(({ kind }) => kind === "passkey");
    if (lock?.credential === undefined) throw new Fault("not-found", "no-method");
    return { credential: lock.credential, salt: lock.salt };
  }

  /** Adds a way to unlock, or replaces the one of its kind. */
  async addMethod(by: Opener): Promise<void> {
    checkPassphrase(by);
    const opened = this.opened();
    const entropy = opened.entropy();
    const lock = await makeLock(entropy, opened.main, by);
    wipe(entropy);
    await this.#save([...this.#known().locks.filter(({ kind }) => kind !== by.kind), lock]);
  }

  /** Takes a way to unlock away, but the last one. */
  async removeMethod(kind: MethodKind): Promise<void> {
    this.opened();
    const left = this.#known().locks.filter((lock) => lock.kind !== kind);
    if (left.length === 0) throw new Fault("refused", "last-method");
    await this.#save(left);
  }

  /** Removes the vault and its notes from this device. */
  async forget(): Promise<void> {
    this.#forgetSecrets();
    await this.#around.records.clear();
    this.#box = undefined;
    this.#damaged = false;
    await this.#tell();
  }

  /** Tells the state anew, when something in it may have changed. */
  retell(): Promise<void> {
    return this.#tell();
  }

  async #make(entropy: Bytes, by: Opener, backedUp: boolean, dropNotes = false): Promise<void> {
    checkPassphrase(by);
    if (this.#box !== undefined) throw new Fault("refused", "vault-exists");
    if (this.#damaged && !backedUp) throw new Fault("integrity", "vault-damaged");
    // Notes without a vault are from other words; those beside a damaged one may be from these.
    if (!this.#damaged) await this.#around.records.clear();
    const opened = await Opened.from(entropy, this.#around.records);
    try {
      const strange = this.#damaged && !(await opened.notes.legible());
      if (strange && !dropNotes) throw new Fault("refused", "notes-of-others");
      const lock = await makeLock(entropy, opened.main, by);
      if (this.#damaged) await opened.notes.dropUnreadable();
      if (backedUp) await opened.markBackedUp();
      this.#box = { version: 1, main: opened.main, locks: [] };
      this.#opened = opened;
      this.touch();
      this.#damaged = false;
      await this.#save([lock]);
    } catch (fault) {
      opened.zero();
      this.#opened = undefined;
      this.#box = undefined;
      throw fault;
    }
  }

  async #save(locks: readonly Lock[]): Promise<void> {
    this.#box = { ...this.#known(), locks };
    await this.#around.records.put(record, encodeLockbox(this.#box));
    await this.#tell();
  }

  async #break(): Promise<void> {
    this.#forgetSecrets();
    this.#box = undefined;
    this.#damaged = true;
    await this.#tell();
  }

  #known(): Lockbox {
    if (this.#box === undefined) throw new Fault("not-found", "no-vault");
    return this.#box;
  }

  #forgetSecrets(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#opened === undefined) return;
    this.#opened.zero();
    this.#opened = undefined;
    this.#around.locked();
  }

  #idle(): boolean {
    return this.#busy === 0 && this.#around.now() - this.#seen >= this.#around.idle;
  }

  #wait(milliseconds: number): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#idle()) void this.lock();
      else this.#wait(Math.max(1000, this.#around.idle - (this.#around.now() - this.#seen)));
    }, milliseconds);
  }

  async #tell(): Promise<void> {
    this.#around.changed(await this.#state());
  }

  async #state(): Promise<VaultState> {
    if (this.#damaged) return { status: "broken", fault: new Fault("integrity", "vault-damaged").plain() };
    if (this.#box === undefined) return { status: "none" };
    const methods = this.#box.locks.map(({ kind }) => kind);
    const opened = this.#opened;
    if (opened === undefined) return { status: "locked", methods };
    return { status: "open", methods, main: opened.main, backedUp: await opened.backedUp() };
  }
}

/** Whether the list of accounts can be read, without which nothing works. */
async function readable(opened: Opened): Promise<boolean> {
  try {
    await opened.accounts();
    return true;
  } catch (thrown) {
    if (asFault(thrown).kind === "unavailable") throw thrown;
    return false;
  }
}

function checkPassphrase(by: Opener): void {
  if (by.kind === "passphrase" && [...by.passphrase.normalize("NFKC")].length < minPassphrase) {
    throw new Fault("usage", "passphrase-short");
  }
}
