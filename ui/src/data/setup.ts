import { api, ask } from './api.ts';
import { session } from './session.ts';
import type { SetupState } from './types.ts';

/** Where the data lies and how much room there is; also proves that the first-run code is right. */
export const setupState = (code: string): Promise<SetupState> => ask(api.GET('/api/v1/setup', { params: { query: { code } } }));

export interface SetupAnswers { code: string; email: string; name: string; password: string; libraryName: string }
export async function finishSetup(answers: SetupAnswers): Promise<void> {
  const { user } = await ask(api.POST('/api/v1/setup', { body: answers }));
  session.signedIn(user);
}
