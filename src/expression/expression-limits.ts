/** Characters of one expression: whoever needs more wants a task, not a formula. */
export const EXPRESSION_LENGTH_MAX = 16_384;
/** Levels of one expression, counting every operator of a chain: keeps all that walk it far from the end of the stack. */
export const EXPRESSION_DEPTH_MAX = 200;
/** Work one evaluation may do unless the caller says otherwise: about ten milliseconds. */
export const FUEL_DEFAULT = 200_000;
/** Characters of text that cost one unit of fuel. */
export const CHARACTERS_PER_FUEL = 16;
/** Characters of any one text that an expression makes. */
export const TEXT_LENGTH_MAX = 1024 * 1024;
/** Problems reported for one text: more would hide the first ones. */
export const PROBLEMS_MAX = 50;
/** States of one pattern of `matches` after counted repetitions are written out. */
export const PATTERN_STATES_MAX = 1_000;
/** Characters and parts of a value that an expression makes; values that are handed on as they are do not count. */
export const VALUE_SIZE_MAX = 4 * 1024 * 1024;
