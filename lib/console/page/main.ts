/** The page: puts its parts together. */

import { Announcer } from './announce';
import { api } from './api';
import { Chart } from './chart';
import { Detail } from './detail';
import { byId, setText } from './dom';
import { count } from './format';
import { ExecutionList, type Filter } from './list';
import { Output } from './output';
import {
  applyTheme,
  isOn,
  remember,
  remembered,
  type Switch,
  setOn,
  setTheme,
  type Theme,
  theme,
} from './settings';
import { Shortcuts } from './shortcuts';
import { StartForm } from './start-form';
import { type Connection, Store } from './store';
import { OutputTerminal } from './terminal';
import { takeToken, takeTokenFromAddress, token } from './token';

const systemIsDark = matchMedia('(prefers-color-scheme: dark)');
const isDark = (): boolean => (theme() === 'system' ? systemIsDark.matches : theme() === 'dark');
/** One column: the list and the selected execution take turns. */
const isNarrow = matchMedia('(max-width: 860px)');
/** Selecting by keys that are held down must not open every one on the way. */
const SELECT_PAUSE_MS = 120;

const store = new Store();
const terminal = new OutputTerminal(byId('terminal'), isDark);
const output = new Output(terminal);
const detail = new Detail(store, terminal, open);
const list = new ExecutionList(store, (id) => select(id, SELECT_PAUSE_MS), open);
const chart = new Chart(store);
const announcer = new Announcer();
const form = new StartForm(started, () => newest()?.command);

let selectTimer = 0;
let frame = 0;

/** The newest request. */
function newest() {
  return [...store.rows.values()].sort((a, b) => b.askedAt - a.askedAt)[0];
}

/** Everything that shows executions, once a frame. */
function render(): void {
  if (frame !== 0) return;
  frame = requestAnimationFrame(() => {
    frame = 0;
    list.render();
    detail.render();
    renderTitle();
  });
}

function renderTitle(): void {
  const running = [...store.rows.values()].filter(({ status }) => status === 'running').length;
  const title = running === 0 ? 'Execution console' : `(${running}) Execution console`;
  if (document.title !== title) document.title = title;
}

function select(id: string | undefined, pauseMs = 0): void {
  list.selected = id;
  history.replaceState(null, '', id === undefined ? location.pathname : `#${id}`);
  list.render();
  clearTimeout(selectTimer);
  if (pauseMs === 0) showDetail(id);
  else selectTimer = window.setTimeout(() => showDetail(id), pauseMs);
}

function showDetail(id: string | undefined): void {
  // Shown first: the terminal takes its size from what is shown.
  detail.show(id);
  output.show(id);
}

function setView(view: 'list' | 'detail'): void {
  byId('panes').dataset.view = view;
  remember('view', view);
}

/** Selects it and, where there is room for one thing only, goes there. */
function open(id: string): void {
  select(id);
  setView('detail');
  if (isNarrow.matches) byId('detail').focus();
}

/** The focus stays in the form, for the next command. */
function started(id: string): void {
  select(id);
  if (isNarrow.matches) open(id);
}

function back(): void {
  setView('list');
  list.focus();
}

const CONNECTION_TEXTS: Record<Connection, string> = {
  connecting: 'Connecting',
  open: 'Connected',
  lost: 'Connection lost, trying again',
  closed: 'The console was ended in its terminal',
  refused: 'Refused',
};

function renderConnection(): void {
  const { connection, refusal } = store;
  byId('connection').dataset.state = connection;
  const text =
    connection === 'lost' && refusal !== undefined ? refusal.message : CONNECTION_TEXTS[connection];
  setText(byId('connection-text'), text);
  setText(byId('place'), store.cwd);
  form.cwd = store.cwd;
  if (connection === 'refused')
    showGate(
      'This link is not, or no longer, that of the console. Paste the one that its terminal shows.',
    );
  if (connection === 'lost' || connection === 'closed') announcer.say(text);
}

function showGate(text?: string): void {
  if (text !== undefined) setText(byId('gate-text'), text);
  byId('gate').hidden = false;
  byId('panes').hidden = true;
  byId('gate-link').focus();
}

function setUpGate(): void {
  byId('gate-form').addEventListener('submit', (event) => {
    event.preventDefault();
    if (takeToken(byId<HTMLInputElement>('gate-link').value)) location.reload();
    else setText(byId('gate-text'), 'There is no token in that: a link ends in #token=…');
  });
}

function setUpStore(): void {
  store.onRows = (changed) => {
    for (const [id, before] of changed) announcer.changed(store.rows.get(id), before);
    if (list.selected !== undefined && !store.rows.has(list.selected) && changed.has(list.selected))
      select(undefined);
    render();
  };
  store.onSamples = () => chart.render();
  store.onConnection = () => {
    renderConnection();
    if (store.connection === 'open') restoreSelection();
  };
}

/** Behind a reload, the address tells what was selected. */
function restoreSelection(): void {
  const wanted = list.selected ?? location.hash.slice(1);
  if (store.rows.has(wanted)) {
    if (wanted !== list.selected) select(wanted);
  } else if (list.selected === undefined) {
    setView('list');
  }
}

function setUpFilter(): void {
  const text = byId<HTMLInputElement>('filter');
  text.value = remembered('filter.text') ?? '';
  const status = (remembered('filter.status') ?? 'all') as Filter['status'];
  const radios = [...byId('filter-status').querySelectorAll<HTMLInputElement>('input')];
  for (const radio of radios) radio.checked = radio.value === status;
  const apply = () => {
    const chosen = radios.find(({ checked }) => checked)?.value ?? 'all';
    list.filter = { text: text.value.trim(), status: chosen as Filter['status'] };
    remember('filter.text', text.value);
    remember('filter.status', chosen);
    list.render();
  };
  text.addEventListener('input', apply);
  byId('filter-status').addEventListener('change', apply);
  text.addEventListener('keydown', (event) => {
    if (event.key !== 'ArrowDown') return;
    event.preventDefault();
    list.focus();
  });
  apply();
  byId('clear').addEventListener('click', () => {
    api.clear().then(
      ({ removed }) => announcer.say(`${count(removed)} executions forgotten`),
      (error: Error) => announcer.say(error.message),
    );
  });
}

function setUpSearch(): void {
  const field = byId<HTMLInputElement>('search');
  const counter = byId('search-count');
  terminal.onResults = (at, found) => {
    const text =
      found === 0
        ? 'no match'
        : `${at < 0 ? '–' : count(at + 1)} of ${count(found)}${found >= 500 ? '+' : ''}`;
    setText(counter, field.value === '' ? '' : text);
  };
  field.addEventListener('input', () => terminal.search(field.value, 'stay'));
  field.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') terminal.search(field.value, event.shiftKey ? 'previous' : 'next');
  });
  byId('search-next').addEventListener('click', () => terminal.search(field.value, 'next'));
  byId('search-previous').addEventListener('click', () => terminal.search(field.value, 'previous'));
  byId('detail').addEventListener('keydown', (event) => {
    // The browser's own search does not see what is scrolled away.
    if (event.key.toLowerCase() !== 'f' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    focusSearch();
  });
}

function focusSearch(): void {
  byId<HTMLInputElement>('search').focus();
  byId<HTMLInputElement>('search').select();
}

function toggleFollow(): void {
  if (terminal.isFollowing) {
    terminal.hold();
  } else {
    terminal.follow();
    output.refill();
  }
}

function setUpFollow(): void {
  const button = byId('follow');
  terminal.onFollow = (isFollowing) => button.setAttribute('aria-pressed', String(isFollowing));
  button.addEventListener('click', toggleFollow);
}

function chooseTheme(value: Theme): void {
  setTheme(value);
  themeChanged();
}

function themeChanged(): void {
  terminal.updateTheme();
  for (const radio of byId('theme-choice').querySelectorAll<HTMLInputElement>('input')) {
    radio.checked = radio.value === theme();
  }
}

function setUpSwitch(id: string, name: Switch, onChange: (on: boolean) => void): void {
  const box = byId<HTMLInputElement>(id);
  box.checked = isOn(name);
  onChange(box.checked);
  box.addEventListener('change', () => {
    setOn(name, box.checked);
    onChange(box.checked);
  });
}

function setUpSettings(): void {
  applyTheme();
  themeChanged();
  systemIsDark.addEventListener('change', themeChanged);
  byId('theme-button').addEventListener('click', () => chooseTheme(isDark() ? 'light' : 'dark'));
  byId('theme-choice').addEventListener('change', (event) =>
    chooseTheme((event.target as HTMLInputElement).value as Theme),
  );
  setUpSwitch('screen-reader', 'screenReader', (on) => {
    terminal.screenReader = on;
  });
  setUpSwitch('single-keys', 'singleKeys', () => undefined);
  byId('help-button').addEventListener('click', showHelp);
}

const showHelp = (): void => byId<HTMLDialogElement>('help').showModal();

function setUpKeys(): void {
  new Shortcuts(
    [
      { key: 'n', about: 'New command', act: () => newCommand() },
      { key: '/', about: 'Filter the list', act: () => focusInList('filter') },
      { key: 'l', about: 'To the list', act: back },
      { key: 'j', about: 'Next execution', act: () => list.move(1) },
      { key: 'k', about: 'Previous execution', act: () => list.move(-1) },
      { key: 'o', about: 'To the output', act: () => terminal.focus() },
      { key: 'f', about: 'Search in the output', act: focusSearch },
      { key: '.', about: 'Follow the output, or hold it', act: toggleFollow },
      { key: 'i', about: 'Type into the command', act: () => detail.focusInput() },
      { key: 'c', about: 'Cancel', act: () => detail.act('cancel') },
      { key: 'r', about: 'Run again', act: () => detail.act('rerun') },
      { key: 't', about: 'Light or dark', act: () => chooseTheme(isDark() ? 'light' : 'dark') },
      { key: '?', about: 'This help', act: showHelp },
    ],
    [
      ['Enter', 'Run the typed command; Shift with it: a new line'],
      ['↑ ↓ Home End', 'In the list: select; in the output: scroll'],
      ['Esc', 'Out of a field; from an execution to the list'],
    ],
  );
  document.addEventListener('keydown', leave);
  document.querySelector('[data-skip]')?.addEventListener('click', (event) => {
    event.preventDefault();
    back();
  });
}

function newCommand(): void {
  setView('list');
  form.focus();
}

function focusInList(id: string): void {
  setView('list');
  byId(id).focus();
}

function leave(event: KeyboardEvent): void {
  if (event.key !== 'Escape' || event.defaultPrevented || byId<HTMLDialogElement>('help').open)
    return;
  const field = byId<HTMLInputElement>('search');
  if (document.activeElement === field && field.value !== '') {
    field.value = '';
    terminal.search('', 'stay');
  } else if (byId('detail').contains(document.activeElement)) {
    back();
  } else if (document.activeElement instanceof HTMLElement) {
    document.activeElement.blur();
  }
}

function begin(): void {
  takeTokenFromAddress();
  setUpGate();
  setUpSettings();
  if (token() === null) showGate();
  else run();
}

function run(): void {
  setUpStore();
  setUpFilter();
  setUpSearch();
  setUpFollow();
  setUpKeys();
  byId('back').addEventListener('click', back);
  byId('panes').dataset.view = remembered('view') ?? 'list';
  setInterval(() => {
    if (document.hidden) return;
    list.renderTimes();
    detail.render();
  }, 1000);
  if (!isNarrow.matches) form.focus();
  void store.run();
}

begin();
