import { subcommand } from './arguments';
export const doctor = subcommand(
  { name: 'doctor', operands: '', about: '', options: {}, examples: [''] },
  async () => 0,
);
