"""headless.py MARK: its first thread ends, another one lives on. In /proc it looks like a zombie."""
import ctypes
import platform
import threading
import time

EXIT_OF_A_THREAD = 60 if platform.machine() == "x86_64" else 93

threading.Thread(target=time.sleep, args=(300,)).start()
ctypes.CDLL(None).syscall(EXIT_OF_A_THREAD, 0)
