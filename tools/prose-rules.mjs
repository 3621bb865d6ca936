// Words that this repository does not use in its prose, what to write instead, and the lines where they are right.
// A space in a pattern also matches a line break.

export const rules = [
  // A process, a thread, a caller, a consumer is "it" or "they".
  {
    words: 'whoever|whomever|whom',
    instead: 'name it: the caller, a descendant, the process that …',
  },
  { words: '(no|some|any|every)body', instead: 'name it: no process, a caller, every listener' },
  { words: 'he|him|his|himself', instead: 'it, its; or they, their' },
  {
    words:
      '(for|by|to|of|from|than|and|or) who|who (waits|holds|bears|asks|listens|hides|leaves|comes|looks on)',
    instead: 'the one that waits has a name: the caller, the reader',
  },
  // Time is before, after, until, while.
  { words: 'ahead of(?! its consumer)', instead: 'before' },
  {
    words:
      'behind (it|that|them|this|him|those|the (end|exit|call|start|first|last|kill|launch|result|answer))',
    instead: 'after',
  },
  { words: 'by then|of before', instead: 'before that, until then' },
  // Things are reported, returned, emitted, logged, rejected, ignored.
  { words: 'told', instead: 'reported, passed, configured' },
  { words: 'tells?( \\w+)? of|tells( it| them)?', instead: 'reports, shows' },
  { words: '(is|are|was|were|be|been|being) said', instead: 'is documented, is reported' },
  { words: 'hears|heard', instead: 'receives' },
  { words: 'bears|borne|bore', instead: 'has, carries' },
  { words: 'taken for', instead: 'treated as' },
  { words: 'lends|lent', instead: 'acquires, passes' },
  { words: 'onlookers?', instead: 'subscriber' },
  // Obligation is must, plans are will.
  { words: 'shall', instead: 'must, will' },
  { words: '(is|are|was|were|has|have) to be', instead: 'must be' },
  {
    words:
      '(it|they|that|which|what|process|execution|engine|caller|result|command|output|line|lines|descriptor|file) (is|are|was|were) to [a-z]+',
    instead: 'must, will',
  },
  // Say what a thing is.
  {
    words: '(that|which) (is|are|was|were) no(?! longer)|is no (end|success|reason|message|line)',
    instead: 'is not a',
  },
  {
    words: 'thereof|therein|thereby|wherein|whereof|lest|thence|hitherto|nought|naught',
    instead: 'plain words',
  },
];

/** `text` is a part of the line. An exception that matches no line is reported. */
export const exceptions = [{ file: 'tools/prose-rules.mjs', text: '' }];
