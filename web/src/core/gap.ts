/** Unused accounts in a row that end a search (docs/spec/wallet.md, section 5). */
export const gapLimit = 20;
