#include "output/windows/private_access.hpp"

#include <aclapi.h>

#include <memory>
#include <vector>

namespace escher::windows {
namespace {

// A copy of what the token says about the user, or about the owner of what it creates.
template <typename Info>
class TokenInfo {
 public:
  explicit TokenInfo(TOKEN_INFORMATION_CLASS kind) {
    HANDLE opened = nullptr;
    if (::OpenProcessToken(::GetCurrentProcess(), TOKEN_QUERY, &opened) == 0) return;
    const UniqueHandle token(opened);
    DWORD size = 0;
    ::GetTokenInformation(token.get(), kind, nullptr, 0, &size);
    bytes_.resize(size);
    if (::GetTokenInformation(token.get(), kind, bytes_.data(), size, &size) == 0) bytes_.clear();
  }

  const Info* get() const {
    return bytes_.empty() ? nullptr
                          : static_cast<const Info*>(static_cast<const void*>(bytes_.data()));
  }

 private:
  std::vector<char> bytes_;
};

const TokenInfo<TOKEN_USER>& own_user() {
  static const TokenInfo<TOKEN_USER> user(TokenUser);
  return user;
}

class PrivateAccess {
 public:
  PrivateAccess() {
    const TOKEN_USER* const user = own_user().get();
    if (user == nullptr) return;
    EXPLICIT_ACCESSW all = {};
    all.grfAccessPermissions = GENERIC_ALL;
    all.grfAccessMode = SET_ACCESS;
    all.grfInheritance = SUB_CONTAINERS_AND_OBJECTS_INHERIT;
    all.Trustee.TrusteeForm = TRUSTEE_IS_SID;
    all.Trustee.TrusteeType = TRUSTEE_IS_USER;
    all.Trustee.ptstrName = static_cast<LPWSTR>(user->User.Sid);
    PACL list = nullptr;
    if (::SetEntriesInAclW(1, &all, nullptr, &list) != ERROR_SUCCESS) return;
    list_.reset(list);
    const bool is_made =
        ::InitializeSecurityDescriptor(&descriptor_, SECURITY_DESCRIPTOR_REVISION) != 0 &&
        ::SetSecurityDescriptorDacl(&descriptor_, TRUE, list, FALSE) != 0 &&
        // Nothing is inherited from above.
        ::SetSecurityDescriptorControl(&descriptor_, SE_DACL_PROTECTED, SE_DACL_PROTECTED) != 0;
    if (is_made) attributes_ = {sizeof attributes_, &descriptor_, FALSE};
  }

  SECURITY_ATTRIBUTES* get() { return attributes_.nLength == 0 ? nullptr : &attributes_; }

 private:
  struct LocalFreer {
    void operator()(void* memory) const { ::LocalFree(memory); }
  };
  std::unique_ptr<void, LocalFreer> list_;
  SECURITY_DESCRIPTOR descriptor_ = {};
  SECURITY_ATTRIBUTES attributes_ = {};
};

}  // namespace

SECURITY_ATTRIBUTES* private_access() {
  static PrivateAccess access;
  return access.get();
}

bool is_own(HANDLE file) {
  PSID owner = nullptr;
  PSECURITY_DESCRIPTOR descriptor = nullptr;
  if (::GetSecurityInfo(file, SE_FILE_OBJECT, OWNER_SECURITY_INFORMATION, &owner, nullptr, nullptr,
                        nullptr, &descriptor) != ERROR_SUCCESS) {
    return false;
  }
  static const TokenInfo<TOKEN_OWNER> creator(TokenOwner);
  const TOKEN_USER* const user = own_user().get();
  const bool is_own = owner != nullptr &&
                      ((user != nullptr && ::EqualSid(owner, user->User.Sid) != 0) ||
                       (creator.get() != nullptr && ::EqualSid(owner, creator.get()->Owner) != 0));
  ::LocalFree(descriptor);
  return is_own;
}

}  // namespace escher::windows
