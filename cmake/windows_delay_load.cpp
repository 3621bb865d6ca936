// Binds the delay-loaded node.exe to the process that loads us, so the addon also works in a host
// by another name.
#include <windows.h>
// delayimp.h needs windows.h before it.
#include <delayimp.h>

#include <cstring>

namespace {

FARPROC WINAPI LoadHost(unsigned event, DelayLoadInfo* info) {
  if (event != dliNotePreLoadLibrary || _stricmp(info->szDll, "node.exe") != 0) return nullptr;
  return reinterpret_cast<FARPROC>(GetModuleHandleW(nullptr));
}

}  // namespace

extern "C" const PfnDliHook __pfnDliNotifyHook2 = LoadHost;
