// Binds the delay-loaded node.exe to the process that loads us, so the addon also works in a host
// by another name.
#include <windows.h>
// delayimp.h needs windows.h before it.
#include <delayimp.h>

namespace {

FARPROC WINAPI load_host(unsigned event, PDelayLoadInfo info) {
  if (event != dliNotePreLoadLibrary || ::lstrcmpiA(info->szDll, "node.exe") != 0) return nullptr;
  return reinterpret_cast<FARPROC>(reinterpret_cast<void*>(::GetModuleHandleW(nullptr)));
}

}  // namespace

// The libraries of MSVC and of mingw declare it with different types.
#if defined(__MINGW32__)
extern "C" {
PfnDliHook __pfnDliNotifyHook2 = load_host;
}
#else
extern "C" const PfnDliHook __pfnDliNotifyHook2 = load_host;
#endif
