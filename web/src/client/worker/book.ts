import { fromUtf8 } from "../../core/bytes";
import { Fault } from "../../core/fault";
import { gapLimit } from "../../core/gap";
import { canonicalBytes } from "../../core/jcs";
import { alone } from "../alone";
import type { Notes } from "./notes";

/** The name of account 0, which every vault has. */
export const mainAccount = "main";

const note = "vault/book";
const namePattern = /^[a-z0-9-]{1,60}$/;

/** An account without what follows from the words. */
export interface Entry {
  readonly name: string;
  readonly index: number;
  readonly used: boolean;
}

/** What this device knows of the vault's accounts: a convenience without authority (docs/spec/wallet.md, section 6). */
export interface Book {
  readonly accounts: readonly Entry[];
  readonly backedUp: boolean;
}

const empty: Book = { accounts: [{ name: mainAccount, index: 0, used: false }], backedUp: false };

/** Reads the book; one with the main account if there is none. */
export async function readBook(notes: Notes): Promise<Book> {
  const raw = await notes.get(note);
  return raw === undefined ? empty : (JSON.parse(fromUtf8(raw)) as Book);
}

/** Changes the book. Several tabs may do so at once: each reads it anew, and one after the other. */
export function changeBook(notes: Notes, change: (book: Book) => Book): Promise<Book> {
  return alone(note, async () => {
    const book = change(await readBook(notes));
    await notes.put(note, canonicalBytes(book));
    return book;
  });
}

/** The book with an account of this name: a new one, under the next number, if there is none. */
export function withAccount(book: Book, name: string): Book {
  if (!namePattern.test(name)) throw new Fault("usage", "bad-name");
  if (book.accounts.some((account) => account.name === name)) return book;
  return { ...book, accounts: [...book.accounts, { name, index: nextIndex(book), used: false }] };
}

/** The book in which the chain knows an account, whether it was there before or not. */
export function withUsed(book: Book, index: number): Book {
  const known = book.accounts.find((account) => account.index === index);
  const name = known?.name ?? freeName(book, `account-${index}`);
  const others = book.accounts.filter((account) => account !== known);
  const accounts = [...others, { name, index, used: true }].sort((a, b) => a.index - b.index);
  return { ...book, accounts };
}

// nextIndex refuses to go on when so many accounts in a row were never used that a restored vault would not look further.
function nextIndex(book: Book): number {
  const last = Math.max(...book.accounts.map((account) => account.index));
  const searched = Math.max(0, ...book.accounts.filter((account) => account.used).map((account) => account.index + 1));
  if (last + 1 - searched >= gapLimit) throw new Fault("refused", "accounts-unused");
  return last + 1;
}

function freeName(book: Book, name: string): string {
  return book.accounts.some((account) => account.name === name) ? `${name}-again` : name;
}
