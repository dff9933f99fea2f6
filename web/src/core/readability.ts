/** How easy a text reads: an estimate from the lengths of sentences and words, for texts that patients are asked with. */

/** What is counted in a text. */
export interface TextCounts {
  readonly sentences: number;
  readonly words: number;
  readonly syllables: number;
  /** Words of the longest sentence. */
  readonly longest: number;
}

/** How easy a text reads. */
export interface Readability extends TextCounts {
  /** The age at which somebody reads this with ease, in years, not below 6. */
  readonly age: number;
}

/** From how many words on an age means anything. */
export const leastWords = 10;

/**
 * Estimates the reading age of a text in English ("en") or Spanish ("es"); undefined for fewer than ten words.
 *
 * English: grade by Flesch-Kincaid (Kincaid et al., 1975). Spanish: grade by Crawford ("Fórmula y gráfico para determinar
 * la comprensibilidad de textos de nivel primario en castellano", 1989). A pupil of grade 1 is 6 years old.
 */
export function readability(text: string, language: "en" | "es"): Readability | undefined {
  const counts = countText(text, language);
  if (counts.words < leastWords) return undefined;
  const { sentences, words, syllables } = counts;
  const grade =
    language === "en"
      ? 0.39 * (words / sentences) + 11.8 * (syllables / words) - 15.59
      : -0.205 * ((100 * sentences) / words) + 0.049 * ((100 * syllables) / words) - 3.407;
  return { ...counts, age: Math.max(6, Math.round(grade + 5)) };
}

/** Counts sentences, words and syllables. What ends a line ends a sentence, as in a list. */
export function countText(text: string, language: "en" | "es"): TextCounts {
  const sentences = text
    .split(/[.!?…:]+(?=\s|$)|\n+/u)
    .map((sentence) => sentence.match(/[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*/gu) ?? [])
    .filter((words) => words.length > 0);
  const words = sentences.flat();
  const syllablesOf = language === "en" ? englishSyllables : spanishSyllables;
  return {
    sentences: sentences.length,
    words: words.length,
    syllables: words.reduce((sum, word) => sum + syllablesOf(word.toLowerCase()), 0),
    longest: sentences.reduce((most, { length }) => Math.max(most, length), 0),
  };
}

/** Groups of vowels; a silent e at the end, and -es and -ed after most consonants, are not heard. */
function englishSyllables(word: string): number {
  const heard = word.replace(/(?:[^laeiouy]es|[^laeiouydt]ed|[^laeiouy]e)$/u, (end) => end.slice(0, 1));
  return Math.max(1, heard.match(/[aeiouy]+/gu)?.length ?? 0);
}

/** Vowels, but two of them are one syllable when one is a weak i or u without an accent. */
function spanishSyllables(word: string): number {
  const vowels = word.replace(/qu(?=[eiéí])|gu(?=[eiéí])/gu, "q").replace(/y$/u, "i");
  const groups = vowels.match(/[aeoáéó](?:[iu](?![aeoáéóíú]))?|[iuü][aeoáéó](?:[iu])?|[íú]|[iuü]+/gu);
  return Math.max(1, groups?.length ?? 0);
}
