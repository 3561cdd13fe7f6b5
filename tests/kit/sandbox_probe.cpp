// Compiled and run in the sandbox by sandbox_test.cpp: tries what a program must not be able to do,
// and prints what came of it.
#include <dirent.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

extern char** environ;

namespace {

char* volatile kept;  // so that the compiler keeps what allocates it

void say(const std::string& what, bool worked) {
    std::printf("%s: %s\n", what.c_str(), worked ? "yes" : "no");
}

void show_rights() {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct rights[2]{};
    syscall(SYS_capget, &header, rights);
    say("root", getuid() == 0 || geteuid() == 0 || getgid() == 0);
    say("groups", getgroups(0, nullptr) > 0);
    say("capabilities", (rights[0].effective | rights[0].permitted | rights[0].inheritable |
                         rights[1].effective | rights[1].permitted) != 0);
    say("new privileges", prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 0);
    say("becomes root", setuid(0) == 0 || seteuid(0) == 0);
    say("becomes another", setresuid(12345, 12345, 12345) == 0);
    say("changes root", chroot("/") == 0);
}

void use_network() {
    const int connection = socket(AF_INET, SOCK_STREAM, 0);
    if (connection >= 0) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(80);
        address.sin_addr.s_addr = htonl(0x08080808);
        say("connects",
            connect(connection, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    }
    say("socket", connection >= 0);
    ifaddrs* interfaces = nullptr;
    if (getifaddrs(&interfaces) == 0) {
        bool others = false;
        for (const ifaddrs* one = interfaces; one; one = one->ifa_next) {
            others = others || std::strcmp(one->ifa_name, "lo") != 0;
        }
        say("interfaces", others);
    }
}

[[noreturn]] void stay(const char* name) {
    prctl(PR_SET_NAME, name);
    for (int signal = 1; signal < NSIG; ++signal) std::signal(signal, SIG_IGN);
    for (;;) pause();
}

/// Leaves processes behind in three ways, each with the name.
void leave_processes(const char* name) {
    if (fork() == 0) stay(name);
    if (fork() == 0) {
        setsid();
        if (fork() == 0) stay(name);
        _exit(0);
    }
    if (fork() == 0) {
        if (daemon(0, 0) == 0) stay(name);
        _exit(0);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
}

void fill_disk() {
    std::size_t written = 0;
    const std::vector<char> block(1 << 20);
    std::signal(SIGXFSZ, SIG_IGN);
    for (int i = 0; i < 64; ++i) {
        std::FILE* file = std::fopen(("file" + std::to_string(i)).c_str(), "w");
        if (!file) break;
        written += std::fwrite(block.data(), 1, block.size(), file);
        std::fclose(file);
    }
    std::printf("written: %zu\n", written >> 20);
}

}  // namespace

int main(int argc, char** argv) {
    std::setvbuf(stdout, nullptr, _IOLBF, 1 << 12);
    const std::string what = argc > 1 ? argv[1] : "";
    const char* value = argc > 2 ? argv[2] : "";
    if (what == "see") {
        for (int i = 2; i < argc; ++i) say(argv[i], access(argv[i], F_OK) == 0);
    } else if (what == "read") {
        std::FILE* file = std::fopen(value, "r");
        for (int byte = file ? std::fgetc(file) : EOF; byte != EOF; byte = std::fgetc(file)) {
            std::putchar(byte);
        }
    } else if (what == "list") {
        DIR* folder = opendir(value);
        while (const dirent* entry = folder ? readdir(folder) : nullptr) std::puts(entry->d_name);
    } else if (what == "write") {
        for (int i = 2; i < argc; ++i) say(argv[i], open(argv[i], O_WRONLY | O_CREAT, 0600) >= 0);
    } else if (what == "rights") {
        show_rights();
    } else if (what == "network") {
        use_network();
    } else if (what == "environment") {
        for (char** entry = environ; *entry; ++entry) std::printf("%s\n", *entry);
    } else if (what == "kill") {
        say("others", kill(-1, SIGKILL) == 0);
        say("first", kill(1, SIGKILL) == 0 && kill(1, 0) != 0);
        say("parent", kill(getppid(), SIGKILL) == 0 && getppid() != 1);
    } else if (what == "leave") {
        leave_processes(value);
    } else if (what == "threads") {
        std::size_t count = 0;
        try {
            for (; count < 1000; ++count) {
                std::thread([] { pause(); }).detach();
            }
        } catch (const std::exception&) {}
        std::printf("%zu\n", count);
        std::fflush(stdout);
        _exit(0);
    } else if (what == "exit") {
        return std::atoi(value);
    } else if (what == "signal") {
        raise(std::atoi(value));
    } else if (what == "transcript") {
        return write(3, value, std::strlen(value)) < 0;
    } else if (what == "spin") {
        if (*value) std::signal(SIGXCPU, SIG_IGN);
        for (volatile int i = 0;; i = i + 1) {}
    } else if (what == "stay") {
        stay(value);
    } else if (what == "sleep") {
        pause();
    } else if (what == "print") {
        for (;;) std::puts("all tests passed");
    } else if (what == "fill") {
        fill_disk();
    } else if (what == "allocate") {
        for (;;) kept = new char[1 << 20];
    } else if (what == "touch") {
        for (;;) {
            kept = static_cast<char*>(std::malloc(1 << 20));
            std::memset(kept, 1, 1 << 20);
        }
    }
    return 0;
}
