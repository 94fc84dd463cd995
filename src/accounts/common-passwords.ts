/** Words that most guessed passwords are made of; decorations around them add next to nothing. */
const WORDS = new Set(
  (`password passwort passwd pass admin administrator root user login welcome letmein master secret access qwerty qwertz azerty
  qwertyuiop asdfgh asdfghjkl asdf zxcvbn zxcvbnm qazwsx iloveyou loveyou love monkey dragon sunshine princess football baseball
  basketball superman batman spiderman pokemon starwars trustno shadow michael jordan jennifer jessica ashley daniel andrew joshua
  matthew charlie thomas robert nicole hannah summer winter spring autumn monday friday january february march april june july august
  september october november december hello computer internet samsung google facebook apple microsoft windows linux test testing
  tester guest changeme default temp temporary freedom whatever chocolate cookie cheese butterfly flower purple orange banana
  liverpool arsenal chelsea barcelona realmadrid juventus killer hunter ranger soccer hockey tigger ginger pepper buster
  maggie bailey mustang ferrari porsche mercedes harley corvette yamaha diamond silver golden phoenix angel angels
  lovely babygirl sweetheart darling forever family friends mother father brother sister jesus christ heaven money
  aaaa abcd abcdef abcdefg abcdefgh woaini wodemima mima nihao chatgpt openai claude gemini modelmart apikey`).split(/\s+/),
);

/** Letters that digits and signs are written for. */
const LOOKALIKES: Readonly<Record<string, string>> = { "0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "!": "i" };

const isMadeOfWords = (letters: string): boolean =>
  WORDS.has(letters) || [...letters].some((_, cut) => cut > 2 && WORDS.has(letters.slice(0, cut)) && WORDS.has(letters.slice(cut)));

/** One or two of the words above, whatever digits and signs stand around or instead of letters; or digits alone. */
export function isCommonPassword(lowerCase: string): boolean {
  if (/^[\d\s.-]+$/.test(lowerCase)) return true;
  if (/[^\u0000-\u007f]/.test(lowerCase)) return false; // the words are English; other letters beside them are something
  const bare = lowerCase.replace(/^[^a-z]+|[^a-z]+$/g, "");
  const written = [...bare].map((letter) => LOOKALIKES[letter] ?? letter).join("").replace(/[^a-z]/g, "");
  return isMadeOfWords(lowerCase.replace(/[^a-z]/g, "")) || isMadeOfWords(written);
}
